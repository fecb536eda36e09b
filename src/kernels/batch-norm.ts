import {
  batchMoments,
  batchMomentsEnd,
  batchNormApplied,
  batchNormBackward,
  batchNormForward,
} from '../../shaders/batch-norm.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { affineGradient } from './norm.ts';

/** The tensors of a batch normalisation, each [channels] except the number of batches. */
export interface BatchNormTensors {
  weight: Tensor;
  bias: Tensor;
  runningMean: Tensor;
  runningVar: Tensor;
}

/** What batch normalisation needs in training. */
export interface BatchNormOptions {
  /** The places of an example: x is [rows, places × channels]. */
  places: number;
  momentum: number;
  epsilon: number;
  /** The state, which says how many of the rows are real. */
  state: Tensor;
  batchesTracked: Tensor;
  /** Receives the running statistics as they were, [2 · channels + 1]. */
  kept?: Tensor;
}

/**
 * Batch normalisation: y = (x − mean) / √(variance + ε) · weight + bias, where mean and variance are those of a channel
 * over the real rows of the batch and all places (Ioffe & Szegedy 2015), with x [rows, places × channels]. It updates
 * the running statistics, unless a step has diverged.
 */
export function batchNorm(
  tape: Tape,
  x: Tensor,
  { weight, bias, runningMean, runningVar }: BatchNormTensors,
  { places, momentum, epsilon, state, batchesTracked, kept }: BatchNormOptions,
): Tensor {
  const channels = weight.size;
  const lines = x.size / channels;
  const parts = Math.ceil(Math.sqrt(lines));
  const sides = { lines, places, channels };
  const partials = tape.tensor([parts, channels, 2], 'f32', 'partial moments');
  tape.run(batchMoments(), { x, state, partials }, { constants: { ...sides, parts }, threads: parts * channels });
  const stats = tape.tensor([channels, 2], 'f32', 'statistics');
  const running = { running_mean: runningMean, running_var: runningVar, num_batches_tracked: batchesTracked };
  tape.run(
    batchMomentsEnd(kept !== undefined),
    { x, partials, state, stats, ...running, kept },
    { constants: { ...sides, parts, momentum, epsilon }, threads: channels },
  );
  const y = tape.tensor(x.shape, 'f32', 'normalized');
  const size = { constants: { size: x.size, channels }, threads: x.size };
  tape.run(batchNormForward(), { x, stats, weight, bias, y }, size);
  tape.backward(y, () => {
    const dy = tape.grad(y);
    const sums = tape.tensor([channels, 2], 'f32', 'sums');
    affineGradient(tape, { x, dy, stats, weight, bias, constants: { ...sides, width: 1 }, sums });
    const tensors = { x, dy, stats, sums, weight, state, dx: tape.grad(x) };
    tape.run(batchNormBackward(), tensors, { constants: sides, threads: x.size });
  });
  return y;
}

/** y = (x − running mean) / √(running variance + ε) · weight + bias, for each channel. It has no gradient. */
export function batchNormApply(
  tape: Tape,
  x: Tensor,
  { weight, bias, runningMean, runningVar }: BatchNormTensors,
  epsilon: number,
): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'normalized');
  const tensors = { x, running_mean: runningMean, running_var: runningVar, weight, bias, y };
  const constants = { size: x.size, channels: weight.size, epsilon };
  tape.run(batchNormApplied(), tensors, { constants, threads: x.size });
  return y;
}
