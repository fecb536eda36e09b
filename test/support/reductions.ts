import { argmax, max, mean, sum } from '../../src/kernels/reduce.ts';
import { sizeOf } from '../../src/runtime/tensor.ts';
import { average, firstLargest, largest, reduce, total } from '../reference/reduce.ts';
import { expectClose } from './close.ts';
import { sharedGpu } from './gpu.ts';
import { checkGradient } from './gradient.ts';
import { Draw } from './random.ts';
import { recording, run } from './run.ts';

type Shape = readonly number[];
export type Axis = number | undefined;

/** All values together, then each axis as it is counted from the front. */
export const axesOf = (shape: Shape): Axis[] => [undefined, ...shape.keys()];

/** Sum, mean, maximum and its place, along every axis, counted from the front and from the back. */
export async function expectReductions(shape: Shape): Promise<void> {
  const { memory, tape } = await recording();
  const values = new Draw(sizeOf(shape)).floats(sizeOf(shape));
  const x = memory.put(values, shape);
  const axes = [...axesOf(shape), ...shape.map((_, i) => i - shape.length)];
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
}

/** Each kernel that has a gradient, with what it computes of a line. */
export const differentiable = { sum: [sum, total], mean: [mean, average], max: [max, largest] } as const;

export async function expectGradients(
  [kernel, line]: (typeof differentiable)[keyof typeof differentiable],
  shape: Shape,
  axes: readonly Axis[],
): Promise<void> {
  const gpu = await sharedGpu();
  for (const axis of axes) {
    await checkGradient(gpu, {
      // Apart by more than the differences' step, so that the same one stays the largest.
      inputs: [{ values: shuffled(sizeOf(shape)), shape }],
      build: (tape, x) => kernel(tape, x, axis),
      reference: (x) => reduce(x, shape, axis, line),
      name: `[${shape}] along ${axis}`,
    });
  }
}

/** The first of the largest, along lines of which many have it many times, and some have nothing else. */
export async function expectFirstOfEquals(length: number, draw: Draw): Promise<void> {
  const { memory, tape } = await recording();
  const values = Float32Array.from({ length: 6 * length }, (_, i) => (i % 6 < 2 ? -1 : draw.whole(0, 1)));
  const x = memory.put(values, [length, 6]);
  const [along, all] = await run(tape, [argmax(tape, x, 0), argmax(tape, x)]);
  expectClose(along, reduce(values, [length, 6], 0, firstLargest), 0, `[${length}, 6]`);
  expectClose(all, reduce(values, [length, 6], undefined, firstLargest), 0, `all of [${length}, 6]`);
}

/** The numbers up to count, in a random order. */
export function shuffled(count: number): Float32Array {
  const keys = new Draw(count).floats(count);
  return Float32Array.from(
    Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b]),
    (v) => v / 8 - 1,
  );
}
