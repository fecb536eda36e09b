import { describe, expect, it } from 'vitest';
import { corrupt, dropout, type CorruptionKind } from '../../src/kernels/corrupt.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { philox, streams } from '../../src/runtime/random.ts';
import type { StateValues } from '../../src/runtime/state.ts';
import { expectClose } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { run, runOne, recording } from '../support/run.ts';

const usual = { seed: 5, step: 3, position: 20, examples: 1e6 };

/** x [rows, columns], corrupted as draw number `which` of a step. */
async function corrupted(
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
function words(rows: number, columns: number, which = 0): number[] {
  const of = (row: number, column: number) =>
    philox([column >> 2, usual.position + row, usual.step, which], [usual.seed, streams.noise])[column & 3];
  return Array.from({ length: rows * columns }, (_, i) => of(Math.floor(i / columns), i % columns));
}

describe('a mask and salt and pepper', () => {
  // A number of columns of each remainder, and one past a quad.
  it.each([1, 2, 3, 4, 7, 12])('follow the random words, bit for bit, with %i columns', async (columns) => {
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
  });

  it('change the expected number of a million values', async () => {
    const count = 1_000_000;
    const half = new Float32Array(count).fill(0.5);
    const share = (values: Float32Array, wanted: number) =>
      values.reduce((n, value) => n + (value === wanted ? 1 : 0), 0) / count;
    const masked = await corrupted('mask', half, 1000, 0.25);
    const speckled = await corrupted('saltAndPepper', half, 1000, 0.1);
    // Five deviations.
    const allowed = (p: number) => 5 * Math.sqrt((p * (1 - p)) / count);
    expectClose([share(masked, 0), share(masked, 0.5)], [0.25, 0.75], allowed(0.25));
    expectClose([share(speckled, 0), share(speckled, 1)], [0.05, 0.05], allowed(0.05));
    // Neighbours are hit independently.
    const pairs =
      masked.reduce((n, value, i) => n + (i && value === 0 && masked[i - 1] === 0 ? 1 : 0), 0) / (count - 1);
    expectClose([pairs], [1 / 16], allowed(1 / 16));
  });
});

describe('Gaussian noise', () => {
  it('has mean 0, the requested deviation and no autocorrelation, over a million values', async () => {
    const count = 1_000_000;
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
  });
});

describe.each<CorruptionKind>(['gaussian', 'mask', 'saltAndPepper'])('%s', (kind) => {
  const x = new Draw(1).floats(8 * 5, 0.2, 0.8);

  it('depends on the seed, the step and the number of the draw', async () => {
    const first = await corrupted(kind, x, 5, 0.5);
    expect(await corrupted(kind, x, 5, 0.5)).toEqual(first);
    expect(await corrupted(kind, x, 5, 0.5, { seed: 6 })).not.toEqual(first);
    expect(await corrupted(kind, x, 5, 0.5, { step: 4 })).not.toEqual(first);
    expect(await corrupted(kind, x, 5, 0.5, {}, 1)).not.toEqual(first);
  });

  it('depends on the example’s place, not on its batch', async () => {
    const whole = await corrupted(kind, x, 5, 0.5);
    const part = await corrupted(kind, x.slice(15), 5, 0.5, { position: usual.position + 3 });
    expect(part).toEqual(whole.slice(15));
  });
});

describe('dropout', () => {
  it.each([1, 4, 7])('scales the kept values and their gradients, with %i columns', async (columns) => {
    const [rows, rate] = [5, 0.3];
    const { memory, tape, state } = await recording({ ...usual, batch: rows });
    const draw = new Draw(columns);
    const [x, dy] = [draw.floats(rows * columns), draw.floats(rows * columns)];
    const input = memory.put(x, [rows, columns]);
    const y = dropout(tape, input, rate, { state, which: 4 });
    tape.differentiate(y, memory.put(dy, [rows, columns]));
    const [forward, back] = await run(tape, [y, tape.grad(input)]);
    const chance = words(rows, columns, 4);
    const through = (values: Float32Array) =>
      values.map((value, i) => (chance[i] < rate * 2 ** 32 ? 0 : value / (1 - rate)));
    expectClose(forward, through(x), 2e-7);
    expectClose(back, through(dy), 2e-7);
  });

  it.each([3, 8])('adds its gradient to an existing one, with %i columns', async (columns) => {
    const [rows, rate] = [5, 0.3];
    const { memory, tape, state } = await recording({ ...usual, batch: rows });
    const draw = new Draw(columns);
    const dy = draw.floats(rows * columns);
    const x = memory.put(draw.floats(rows * columns), [rows, columns]);
    tape.differentiate(add(tape, dropout(tape, x, rate, { state, which: 0 }), x), memory.put(dy, [rows, columns]));
    const chance = words(rows, columns);
    const wanted = dy.map((d, i) => d + (chance[i] < rate * 2 ** 32 ? 0 : d / (1 - rate)));
    expectClose(await runOne(tape, tape.grad(x)), wanted, 4e-7);
  });
});
