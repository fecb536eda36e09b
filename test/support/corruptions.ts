/** What the tests of corruptions have in common. */
import { expect } from 'vitest';
import { corrupt, type CorruptionKind } from '../../src/kernels/corrupt.ts';
import { philox, streams } from '../../src/runtime/random.ts';
import type { StateValues } from '../../src/runtime/state.ts';
import { expectClose } from './close.ts';
import { Draw } from './random.ts';
import { runOne, recording } from './run.ts';

export const usual = { seed: 5, step: 3, position: 20, examples: 1e6 };

/** x [rows, columns], corrupted as draw number `which` of a step. */
export async function corrupted(
  kind: CorruptionKind,
  x: Float32Array,
  columns: number,
  amount: number,
  at: Partial<StateValues> = {},
  which = 0,
): Promise<Float32Array> {
  const { memory, tape, state } = await recording({ ...usual, batch: x.length / columns, ...at });
  const input = memory.put(x, [x.length / columns, columns]);
  return (await runOne(tape, corrupt(tape, kind, input, amount, { state, which }))) as Float32Array;
}

/** The word of chance of each value. */
export function words(rows: number, columns: number, which = 0): number[] {
  const of = (row: number, column: number) =>
    philox([column >> 2, usual.position + row, usual.step, which], [usual.seed, streams.noise])[column & 3];
  return Array.from({ length: rows * columns }, (_, i) => of(Math.floor(i / columns), i % columns));
}

/** A mask and salt and pepper follow the random words, bit for bit. */
export async function expectByWords(columns: number): Promise<void> {
  const rows = 5;
  const x = new Draw(columns).floats(rows * columns, 0.2, 0.8);
  const chance = words(rows, columns, 2);
  for (const rate of [0.1, 0.5, 1]) {
    const threshold = Math.min(2 ** 32 - 1, rate * 2 ** 32);
    const masked = x.map((value, i) => (chance[i] < threshold ? 0 : value));
    const speckled = x.map((value, i) =>
      chance[i] >= threshold ? value : chance[i] < Math.floor(threshold / 2) ? 0 : 1,
    );
    expect(await corrupted('mask', x, columns, rate, {}, 2)).toEqual(masked);
    expect(await corrupted('saltAndPepper', x, columns, rate, {}, 2)).toEqual(speckled);
  }
}

/** Gaussian noise has mean 0, the requested deviation and no autocorrelation. */
export async function expectGaussian(count: number): Promise<void> {
  const [stddev, mean] = [0.5, 3];
  const noise = Float64Array.from(
    await corrupted('gaussian', new Float32Array(count).fill(mean), 1000, stddev),
    (y) => (y - mean) / stddev,
  );
  const other = Float64Array.from(
    await corrupted('gaussian', new Float32Array(count), 1000, stddev, { step: 4 }),
    (y) => y / stddev,
  );
  const average = (f: (i: number) => number) => noise.reduce((sum, _, i) => sum + f(i), 0) / count;
  const allowed = 5 / Math.sqrt(count);
  expectClose([average((i) => noise[i])], [0], allowed, 'mean');
  expectClose([average((i) => noise[i] ** 2)], [1], allowed * Math.SQRT2, 'variance');
  expectClose([average((i) => noise[i] ** 4)], [3], allowed * Math.sqrt(96), 'fourth moment');
  for (const apart of [1, 2, 4, 1000])
    expectClose([average((i) => noise[i] * noise[(i + apart) % count])], [0], allowed, `correlation ${apart} apart`);
  expectClose([average((i) => noise[i] * other[i])], [0], allowed, 'correlation from step to step');
}
