import { describe, expect, it } from 'vitest';
import { argmax, max, mean, sum } from '../../src/kernels/reduce.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { ShapeError } from '../../src/errors.ts';
import { sizeOf } from '../../src/runtime/tensor.ts';
import { average, firstLargest, largest, reduce, total } from '../reference/reduce.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, runOne, recording } from '../support/run.ts';

/** Shapes with lengths on both sides of a strip of 64, and of 64 strips. */
const shapes = [[1], [64], [65], [260], [16388], [7, 9], [130, 2], [3, 260], [2, 65, 8], [2, 3, 4, 5], [1, 5, 1, 3]];
const axesOf = (shape: readonly number[]) => [undefined, ...shape.flatMap((_, i) => [i, i - shape.length])];

describe('sum, mean, max and argmax', () => {
  it.each(shapes.map((shape) => ({ shape })))('reduce $shape along every axis', async ({ shape }) => {
    const { memory, tape } = await recording();
    const values = new Draw(sizeOf(shape)).floats(sizeOf(shape));
    const x = memory.put(values, shape);
    const axes = axesOf(shape);
    const results = await run(
      tape,
      axes.flatMap((axis) => [sum(tape, x, axis), mean(tape, x, axis), max(tape, x, axis), argmax(tape, x, axis)]),
    );
    axes.forEach((axis, i) => {
      const [sums, means, maxima, places] = results.slice(4 * i, 4 * i + 4);
      const magnitudes = reduce(values.map(Math.abs), shape, axis, total);
      const count = values.length / magnitudes.length;
      expectClose(sums, reduce(values, shape, axis, total), (n) => 1e-6 * magnitudes[n], `sum ${axis}`);
      expectClose(means, reduce(values, shape, axis, average), (n) => (1e-6 * magnitudes[n]) / count, `mean ${axis}`);
      expectClose(maxima, reduce(values, shape, axis, largest), 0, `max ${axis}`);
      expectClose(places, reduce(values, shape, axis, firstLargest), 0, `argmax ${axis}`);
    });
  });

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
  const kernels = { sum: [sum, total], mean: [mean, average], max: [max, largest] } as const;
  it.each(Object.entries(kernels))('of %s', async (_, [kernel, line]) => {
    const gpu = await sharedGpu();
    for (const shape of [[1], [70], [3, 5], [2, 66, 3]]) {
      for (const axis of axesOf(shape)) {
        await checkGradient(gpu, {
          // Apart by more than the differences' step, so that the same one stays the largest.
          inputs: [{ values: shuffled(sizeOf(shape)), shape }],
          build: (tape, x) => kernel(tape, x, axis),
          reference: (x) => reduce(x, shape, axis, line),
          name: `[${shape}] along ${axis}`,
        });
      }
    }
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
  for (const length of [1, 2, 64, 65, 128, 129, 4097]) {
    const { memory, tape } = await recording();
    // Few different values, so that nearly every line has its largest many times; two lines have nothing else.
    const values = Float32Array.from({ length: 6 * length }, (_, i) => (i % 6 < 2 ? -1 : draw.whole(0, 1)));
    const x = memory.put(values, [length, 6]);
    const [along, all] = await run(tape, [argmax(tape, x, 0), argmax(tape, x)]);
    expectClose(along, reduce(values, [length, 6], 0, firstLargest), 0, `[${length}, 6]`);
    expectClose(all, reduce(values, [length, 6], undefined, firstLargest), 0, `all of [${length}, 6]`);
  }
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

/** The numbers up to count, in a random order. */
function shuffled(count: number): Float32Array {
  const keys = new Draw(count).floats(count);
  return Float32Array.from(
    Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b]),
    (v) => v / 8 - 1,
  );
}
