import type { Dataset } from '../../data/dataset.ts';
import type { Feed } from '../../data/feed.ts';
import { gather } from '../../kernels/step.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Batch } from './trainable.ts';

/** The number of rows that pass through a network at a time outside of training. */
const usualBatch = 256;

/**
 * The batch size outside of training: a power of two for few rows, so that few sizes of kernels are compiled, and fewer
 * rows where a batch would not fit into a buffer.
 */
export function batchFor({ length, features, gpu, storage }: Dataset, columns = 1): number {
  const fitting = Math.floor(gpu.device.limits.maxStorageBufferBindingSize / (4 * Math.max(features, columns)));
  const half = storage.streamed?.half ?? Infinity;
  return Math.max(1, Math.min(usualBatch, 2 ** Math.ceil(Math.log2(length)), fitting, half));
}

/**
 * Records the batch at the state's position of a data set. A streamed one comes from its feed, in the right order. The
 * examples come with their weights only where a loss is recorded, `forLoss`.
 */
export function gatherFrom(
  tape: Tape,
  data: Dataset,
  feed: Feed | undefined,
  state: Tensor,
  batch: number,
  { shuffled, forLoss = false }: { shuffled?: Tensor; forLoss?: boolean } = {},
): Batch {
  const { storage, features } = data;
  const { bytes, scale } = storage;
  const { targets } = feed ?? storage;
  const weights = forLoss ? (feed ? feed.weights : storage.weights?.tensor) : undefined;
  const order = feed ? undefined : (shuffled ?? data.order);
  const window = feed?.window;
  // A feed holds each window by itself.
  const stride = feed ? undefined : data.step;
  const from = { data: feed?.data ?? storage.pieces, window, bytes, scale, columns: features, stride };
  const numbers = (data: Tensor | undefined) =>
    data && gather(tape, { data, window, bytes: false, scale: 1, columns: 1 }, state, batch, order);
  return { x: gather(tape, from, state, batch, order), targets: numbers(targets), weights: numbers(weights) };
}
