import { describe, expect, it } from 'vitest';
import { dropout, type CorruptionKind } from '../../src/kernels/corrupt.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { expectClose } from '../support/close.ts';
import { corrupted, expectByWords, expectGaussian, usual, words } from '../support/corruptions.ts';
import { Draw } from '../support/random.ts';
import { run, runOne, recording } from '../support/run.ts';

describe('a mask and salt and pepper', () => {
  // Each number of columns and each rate is a pipeline of its own: corrupt.long.test.ts has more.
  it.each([1, 4, 7])('follow the random words, bit for bit, with %i columns', (columns) => expectByWords(columns));
});

describe('Gaussian noise', () => {
  it('has mean 0, the requested deviation and no autocorrelation, over 100,000 values', () => expectGaussian(100_000));
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
