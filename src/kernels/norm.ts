import { normColumns, normColumnsEnd, setNormBackward, setNormForward } from '../../shaders/norm.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** The most values for which one invocation alone is faster than a workgroup that shares their sum. */
const alone = 64;

/** The values that are normalised together. */
export interface Sets {
  /** The places of an example: x is [rows, places × channels]. */
  places: number;
  /** The number of groups of channels. */
  groups: number;
  epsilon: number;
}

/**
 * Group normalisation: y = (x − mean) / √(variance + ε) · weight + bias, where mean and variance are those of a group
 * of channels over all places of an example (Wu & He 2018), with x [rows, places × channels], weight and bias
 * [channels].
 */
export function groupNorm(
  tape: Tape,
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  { places, groups, epsilon }: Sets,
): Tensor {
  const channels = weight.size;
  const lines = x.size / channels;
  const width = channels / groups;
  const sets = (lines / places) * groups;
  const count = places * width;
  const small = count <= alone;
  const constants = { lines, places, channels, width };
  const size = small ? { threads: sets } : { workgroups: sets };
  const y = tape.tensor(x.shape, 'f32', 'normalized');
  const stats = tape.tensor([sets, 2], 'f32', 'statistics');
  const forward = { constants: { ...constants, count, epsilon }, ...size };
  tape.run(setNormForward({ alone: small }), { x, weight, bias, y, stats }, forward);
  tape.backward(y, () => {
    const dy = tape.grad(y);
    affineGradient(tape, { x, dy, stats, weight, bias, constants });
    const backward = { constants: { ...constants, count }, ...size };
    tape.run(setNormBackward({ alone: small }), { x, dy, weight, stats, dx: tape.grad(x) }, backward);
  });
  return y;
}

/**
 * Layer normalisation: as `groupNorm`, but mean and variance are those of the channels at each place (Ba et al. 2016).
 */
export const layerNorm = (tape: Tape, x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor =>
  groupNorm(tape, x, weight, bias, { places: 1, groups: 1, epsilon });

interface Affine {
  x: Tensor;
  dy: Tensor;
  stats: Tensor;
  weight: Tensor;
  bias: Tensor;
  constants: { lines: number; places: number; channels: number; width: number };
  /** Receives Σ dy and Σ dy x̂ of each channel, where the statistics are the channels'. */
  sums?: Tensor;
}

/** dweight = Σ dy x̂ and dbias = Σ dy, in two stages of about as many terms. */
export function affineGradient(tape: Tape, { x, dy, stats, weight, bias, constants, sums }: Affine): void {
  const { lines, channels } = constants;
  const parts = Math.ceil(Math.sqrt(lines));
  const partials = tape.tensor([parts, channels, 2], 'f32', 'partial sums');
  const size = { constants: { ...constants, parts }, threads: parts * channels };
  tape.run(normColumns(sums !== undefined), { x, dy, stats, partials }, size);
  tape.run(
    normColumnsEnd(sums !== undefined),
    { partials, dweight: tape.grad(weight), dbias: tape.grad(bias), sums },
    { constants: { parts, channels }, threads: channels },
  );
}
