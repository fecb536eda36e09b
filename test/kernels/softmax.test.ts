import { describe, expect, it } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { softmax } from '../../src/kernels/softmax.ts';
import { softmax as reference } from '../reference/softmax.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { runOne, recording } from '../support/run.ts';
import { expectSoftmax } from '../support/softmaxes.ts';

describe('softmax', () => {
  // Each shape is a pipeline of its own: softmax.long.test.ts has more.
  it.each([
    [1, 1],
    [5, 3],
    [3, 65],
    [2, 5000],
  ])('fits float64 for %i rows of %i', (rows, columns) => expectSoftmax(rows, columns));

  it('does not overflow at large magnitudes', async () => {
    const { memory, tape } = await recording();
    const columns = 70;
    const near = new Draw(1).floats(columns).map((v) => 1e4 + Math.fround(v));
    const x = Float32Array.from([
      ...near,
      ...near.map((v) => -v),
      ...near.map((_, i) => (i % 2 ? 1e4 : -1e4)),
      ...near.map((_, i) => (i === 3 ? 3e38 : -3e38)),
    ]);
    const y = await runOne(tape, softmax(tape, memory.put(x, [4, columns])));
    expectClose(y, reference(x, columns), 2e-6);
  });

  it('finds the largest value anywhere in a row', async () => {
    const { memory, tape } = await recording();
    const columns = 131;
    // Less than the largest subtracted, its exponential would be infinite.
    const x = Float32Array.from({ length: columns * columns }, (_, i) =>
      i % columns === Math.floor(i / columns) ? 300 : 0,
    );
    const y = await runOne(tape, softmax(tape, memory.put(x, [columns, columns])));
    expectClose(y, reference(x, columns), 1e-6);
  });

  it('has the right gradient, even if another rule adds to it', async () => {
    const gpu = await sharedGpu();
    for (const [rows, columns] of [
      [1, 1],
      [3, 5],
      [2, 67],
    ] as const) {
      await checkGradient(gpu, {
        inputs: [{ values: new Draw(columns).floats(rows * columns, -2, 2), shape: [rows, columns] }],
        build: (tape, x) => add(tape, softmax(tape, x), x),
        reference: (x) => reference(x, columns).map((v, i) => v + x[i]),
      });
    }
  });

  it('runs along the last of several sides', async () => {
    const { memory, tape } = await recording();
    const x = new Draw(2).floats(24);
    const y = softmax(tape, memory.put(x, [2, 3, 4]));
    expect(y.shape).toEqual([2, 3, 4]);
    expectClose(await runOne(tape, y), reference(x, 4), 1e-6);
  });
});
