import { random, type Distribution, type Draws, type RandomOptions } from '../../src/kernels/random.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import { normals, uniforms, words, type Place, type Take } from '../reference/random.ts';
import { recording, runOne } from './run.ts';

export const million = 1_000_000;

export async function onDevice(
  distribution: Distribution,
  shape: readonly number[],
  options: RandomOptions = {},
): Promise<Float32Array> {
  const { tape } = await recording();
  return (await runOne(tape, random(tape, shape, distribution, options))) as Float32Array;
}

/** What is drawn for a batch in a step. */
export async function noise(
  record: (tape: Tape, shape: readonly number[], draws: Draws) => Tensor,
  shape: readonly number[],
  { which = 0, ...place }: Place = {},
): Promise<Float32Array> {
  const { tape, state } = await recording({ examples: 2 ** 31, batch: shape[0], ...place });
  return (await runOne(tape, record(tape, shape, { state, which }))) as Float32Array;
}

const bernoulli =
  (probability: number): Take =>
  (four) =>
    words(four).map((word) => (word < probability * 2 ** 32 ? 1 : 0)) as ReturnType<Take>;

export const distributions: { distribution: Distribution; take: Take; tolerance: number; probability?: number }[] = [
  { distribution: 'uniform', take: uniforms, tolerance: 0 },
  { distribution: 'normal', take: normals, tolerance: 1e-6 },
  { distribution: 'bernoulli', take: bernoulli(0.3), tolerance: 0, probability: 0.3 },
];
