import { describe, expect, it } from 'vitest';
import { mean, sum } from '../../src/kernels/reduce.ts';
import { reduce, total } from '../reference/reduce.ts';
import { expectClose } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { differentiable, expectFirstOfEquals, expectGradients, expectReductions } from '../support/reductions.ts';
import { run, runOne, recording } from '../support/run.ts';

describe('sum, mean, max and argmax', () => {
  it.each([[[64]], [[260]], [[7, 9]], [[130, 2]], [[3, 260]], [[2, 3, 4, 5]]])('reduce %j along every axis', (shape) =>
    expectReductions(shape),
  );

  it('argmax takes the first of equals, in any strips', async () => {
    const draw = new Draw(3);
    for (const length of [2, 64, 128, 129]) await expectFirstOfEquals(length, draw);
  });
});

it.each(Object.entries(differentiable))('gradients of %s, along axes counted from the back', async (_, kernel) => {
  await expectGradients(kernel, [70], [undefined, -1]);
  await expectGradients(kernel, [2, 66, 3], [undefined]);
  for (const shape of [[1], [3, 5], [2, 66, 3]])
    await expectGradients(
      kernel,
      shape,
      shape.map((_, i) => i - shape.length),
    );
});

describe('long sums', () => {
  it('the sum of ten million ones is ten million', async () => {
    const { memory, tape } = await recording();
    const x = memory.put(new Float32Array(10_000_000).fill(1));
    const [sums, means] = await run(tape, [sum(tape, x), mean(tape, x)]);
    expect(sums[0]).toBe(10_000_000);
    expect(means[0]).toBeCloseTo(1, 6);
  });

  it('the sum of ten million tenths is ten million times the float32 nearest to 0.1', async () => {
    const { memory, tape } = await recording();
    const x = memory.put(new Float32Array(10_000_000).fill(0.1));
    const [sums, means] = await run(tape, [sum(tape, x), mean(tape, x)]);
    // Equal values are all rounded the same way, the worst case: one after the other they would come to 8 % more.
    expectClose(sums, [1e7 * Math.fround(0.1)], 3);
    expectClose(means, [Math.fround(0.1)], 3e-7);
  });

  it('the sum of a million random values is within 1e-6 of Σ|x|', async () => {
    const draw = new Draw(4);
    const count = 1_000_000;
    const values = draw.floats(count, -0.1, 1);
    for (const shape of [[count], [10, 100_000], [100_000, 10]]) {
      const axis = shape.indexOf(Math.max(...shape));
      const { memory, tape } = await recording();
      const sums = await runOne(tape, sum(tape, memory.put(values, shape), axis));
      const magnitudes = reduce(values.map(Math.abs), shape, axis, total);
      expectClose(sums, reduce(values, shape, axis, total), (i) => 1e-6 * magnitudes[i], `[${shape}]`);
    }
  });

  it('past 65,535 workgroups', async () => {
    const { memory, tape } = await recording();
    const columns = 65536 * 64 + 5;
    const values = Float32Array.from({ length: columns }, (_, i) => i % 4096);
    const sums = await runOne(tape, sum(tape, memory.put(values, [1, columns]), 0));
    expect(values.findIndex((v, i) => sums[i] !== v)).toBe(-1);
  });
});
