import type { Dataset } from '../../data/dataset.ts';
import type { Feed } from '../../data/feed.ts';
import { gather } from '../../kernels/step.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Batch } from './trainable.ts';

/** The usual number of rows in a batch outside of training. */
const usualBatch = 256;

/**
 * Returns the batch size outside of training. It is a power of two for few rows, so that kernels are compiled for few
 * sizes, and smaller where a batch would not fit into a buffer.
 */
export function batchFor({ length, features, gpu, storage }: Dataset, columns = 1): number {
  const fitting = Math.floor(gpu.device.limits.maxStorageBufferBindingSize / (4 * Math.max(features, columns)));
  const half = storage.streamed?.half ?? Infinity;
  return Math.max(1, Math.min(usualBatch, 2 ** Math.ceil(Math.log2(length)), fitting, half));
}

/**
 * Records the batch at the state's position of a data set. The rows of a streamed data set come from its feed, in the
 * right order. The result includes weights only with `forLoss`, where a loss is recorded.
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
  // A feed stores each window separately, without overlap.
  const stride = feed ? undefined : data.step;
  const from = { data: feed?.data ?? storage.pieces, window, bytes, scale, columns: features, stride };
  const numbers = (data: Tensor | undefined) =>
    data && gather(tape, { data, window, bytes: false, scale: 1, columns: 1 }, state, batch, order);
  return { x: gather(tape, from, state, batch, order), targets: numbers(targets), weights: numbers(weights) };
}
