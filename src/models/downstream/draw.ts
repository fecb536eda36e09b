import { LatentGpuError, OptionError } from '../../errors.ts';
import { normals, streams, uniforms } from '../../runtime/random.ts';
import { roomFor, sizeOf, type Matrix } from '../../runtime/tensor.ts';
import type { Prior } from '../parts/priors.ts';
import type { Indices } from './indices.ts';

/**
 * The tensors of a mixture of Gaussians: weights [components], means [components, size], factors L of the covariances L
 * Lᵀ [components, size, size].
 */
export type MixtureTensors = Record<'weights' | 'means' | 'factors', Matrix>;

/** The relative frequencies of entries at each place of a quantised code: frequencies [places, entries]. */
export type FrequencyTensors = Record<'frequencies', Matrix>;

/** The result of `fitSampler`. */
export type SamplerTensors = MixtureTensors | FrequencyTensors;

/** What codes can be drawn from: a fitted distribution, otherwise a prior. */
interface Origin {
  readonly fitted?: SamplerTensors;
  /** Whether the weights have changed since the fit. */
  readonly old: boolean;
  readonly prior?: Prior;
}

/**
 * Draws `count` codes of this shape. `which` separates these draws from others of the same seed.
 * @throws OptionError where there is nothing to draw from; LatentGpuError where the fit is out of date
 */
export function draw(
  { fitted, old, prior }: Origin,
  shape: readonly number[],
  count: number,
  seed: number,
  which: number,
): Float32Array | Indices {
  if (fitted && old)
    throw new LatentGpuError(
      'sample: the weights have changed since fitSampler, and with them the codes: call fitSampler again',
    );
  if (fitted && 'frequencies' in fitted) return drawIndices(fitted, shape.slice(0, -1), count, seed, which);
  if (fitted) return drawCodes(fitted, count, seed, which);
  if (prior) return prior.draw(count * sizeOf(shape), seed, which);
  throw new OptionError(
    'sample: the codes have no known distribution: call fitSampler(data) first, end the encoder with gaussian(units), or use the penalty mmd or adversarial',
  );
}

/**
 * Draws `count` quantised codes as numbers of entries, each place independently by its own frequencies. `which`
 * separates these draws from others of the same seed.
 */
export function drawIndices(
  { frequencies }: FrequencyTensors,
  places: readonly number[],
  count: number,
  seed: number,
  which: number,
): Indices {
  const [perCode, entries] = frequencies.shape;
  const chosen = uniforms(count * perCode, seed, streams.components, which);
  const data = new Uint32Array(count * perCode);
  const rows = Array.from({ length: perCode }, (_, place) =>
    frequencies.data.subarray(place * entries, (place + 1) * entries),
  );
  for (let i = 0; i < data.length; i++) data[i] = componentAt(rows[i % perCode], chosen[i]);
  return { data, shape: [count, ...places] };
}

/**
 * Draws `count` codes z = μₖ + Lₖ ε, [count, size], with probability wₖ for k and ε ~ N(0, I). `which` separates these
 * draws from others of the same seed.
 */
export function drawCodes(
  { weights, means, factors }: MixtureTensors,
  count: number,
  seed: number,
  which: number,
): Float32Array {
  const [, size] = means.shape;
  const chosen = uniforms(count, seed, streams.components, which);
  const noise = normals(count * size, seed, streams.samples, which);
  const codes = roomFor('sample', count * size);
  for (let row = 0; row < count; row++) {
    const k = componentAt(weights.data, chosen[row]);
    for (let i = 0; i < size; i++) {
      let value = means.data[k * size + i];
      for (let j = 0; j <= i; j++) value += factors.data[(k * size + i) * size + j] * noise[row * size + j];
      codes[row * size + i] = value;
    }
  }
  return codes;
}

/** Returns the component whose part of [0, 1) contains `place`; the lengths of the parts are the weights. */
function componentAt(weights: Float32Array, place: number): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    sum += weights[k];
    if (place < sum) return k;
  }
  // The weights are rounded, so their sum may be less than `place`.
  return weights.findLastIndex((weight) => weight > 0);
}
