import { describe, expect, it } from 'vitest';
import { argmax, max, mean, sum } from '../../src/kernels/reduce.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { ShapeError } from '../../src/errors.ts';
import { average, largest, reduce, total } from '../reference/reduce.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import {
  axesOf,
  differentiable,
  expectFirstOfEquals,
  expectGradients,
  expectReductions,
  shuffled,
} from '../support/reductions.ts';
import { run, runOne, recording } from '../support/run.ts';

/** Shapes with lengths on both sides of a strip of 64, and past 64 strips. reduce.long.test.ts has more. */
const shapes = [[1], [65], [16388], [2, 65, 8], [1, 5, 1, 3]];

describe('sum, mean, max and argmax', () => {
  it.each(shapes.map((shape) => ({ shape })))('reduce $shape along every axis', ({ shape }) => expectReductions(shape));

  it('drop the reduced side', async () => {
    const { tape } = await recording();
    const x = tape.tensor([2, 3, 4]);
    for (const kernel of [sum, mean, max, argmax]) {
      expect(kernel(tape, x, 0).shape).toEqual([3, 4]);
      expect(kernel(tape, x, 1).shape).toEqual([2, 4]);
      expect(kernel(tape, x, -1).shape).toEqual([2, 3]);
      expect(kernel(tape, x).shape).toEqual([1]);
    }
    expect(argmax(tape, x).dtype).toBe('u32');
  });

  it('refuse an axis that does not exist', async () => {
    const { tape } = await recording();
    const x = tape.tensor([2, 3]);
    for (const [name, kernel] of Object.entries({ sum, mean, max, argmax }))
      for (const axis of [2, -3, 0.5, NaN])
        await expectRefused(ShapeError, `${name}: [2, 3] has no axis ${axis}`, () => kernel(tape, x, axis));
  });
});

describe('gradients', () => {
  it.each(Object.entries(differentiable))('of %s', async (_, kernel) => {
    for (const shape of [[1], [3, 5]]) await expectGradients(kernel, shape, axesOf(shape));
    await expectGradients(kernel, [2, 66, 3], [1]);
  });

  it('add up', async () => {
    const gpu = await sharedGpu();
    await checkGradient(gpu, {
      inputs: [{ values: shuffled(15), shape: [3, 5] }],
      build: (tape, x) => mean(tape, sum(tape, x, 0)),
      reference: (x) => reduce(reduce(x, [3, 5], 0, total), [5], 0, average),
    });
    await checkGradient(gpu, {
      inputs: [{ values: shuffled(7), shape: [7] }],
      build: (tape, x) => add(tape, add(tape, sum(tape, x), mean(tape, x)), max(tape, x)),
      reference: (x) => Float64Array.of(total([...x]) + average([...x]) + largest([...x])),
    });
  });
});

it('max gives its gradient to the first of equals', async () => {
  const { memory, tape } = await recording();
  const x = memory.put([1, 3, 3, 2, 3], [5]);
  const y = max(tape, x);
  tape.differentiate(y, memory.put([2]));
  const dx = await runOne(tape, tape.grad(x));
  expect([...dx]).toEqual([0, 2, 0, 0, 0]);
});

it('argmax takes the first of equals, in any strips', async () => {
  const draw = new Draw(3);
  for (const length of [1, 65, 4097]) await expectFirstOfEquals(length, draw);
});

it('max and argmax handle negative, large and infinite values', async () => {
  const { memory, tape } = await recording();
  const x = memory.put(
    [-3e38, -1, -2, -Infinity, -5, -Infinity, -Infinity, -Infinity, -Infinity, 1, Infinity, 2],
    [4, 3],
  );
  const [values, places] = await run(tape, [max(tape, x, 1), argmax(tape, x, 1)]);
  expect([...values]).toEqual([-1, -5, -Infinity, Infinity]);
  expect([...places]).toEqual([1, 1, 0, 1]);
});
