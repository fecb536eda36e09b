import type { Dataset } from '../../data/dataset.ts';
import type { Feed } from '../../data/feed.ts';
import { gather } from '../../kernels/step.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Batch } from './trainable.ts';

/** Rows that go through a network at a time where nothing is trained. */
const usualBatch = 256;

/** A power of two where there are few rows, so that few sizes of kernels get compiled; fewer where so many rows would not fit into a buffer. */
export function batchFor({ length, features, gpu, storage }: Dataset, columns = 1): number {
  const fitting = Math.floor(gpu.device.limits.maxStorageBufferBindingSize / (4 * Math.max(features, columns)));
  const half = storage.streamed?.half ?? Infinity;
  return Math.max(1, Math.min(usualBatch, 2 ** Math.ceil(Math.log2(length)), fitting, half));
}

/** Records the batch at the state's position of a data set; of one that is streamed, from its feed, which has the order already. */
export function gatherFrom(
  tape: Tape,
  data: Dataset,
  feed: Feed | undefined,
  state: Tensor,
  batch: number,
  shuffled?: Tensor,
): Batch {
  const { storage, features } = data;
  const { bytes, scale } = storage;
  const { targets } = feed ?? storage;
  const order = feed ? undefined : (shuffled ?? data.order);
  const window = feed?.window;
  // A feed holds each window by itself.
  const stride = feed ? undefined : data.step;
  const from = { data: feed?.data ?? storage.pieces, window, bytes, scale, columns: features, stride };
  const targetsFrom = targets && { data: targets, window, bytes: false, scale: 1, columns: 1 };
  return {
    x: gather(tape, from, state, batch, order),
    targets: targetsFrom && gather(tape, targetsFrom, state, batch, order),
  };
}
