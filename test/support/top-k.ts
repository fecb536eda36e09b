/** What the tests of `topK` and of its form for a batch have in common. */
import { expect } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { topKOfBatch } from '../../src/kernels/top-k-batch.ts';
import { topK } from '../../src/kernels/top-k.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { readTensors } from '../../src/runtime/tensor.ts';
import { largest, largestOfRows, movedThreshold, only, topK as reference } from '../reference/top-k.ts';
import { expectClose } from './close.ts';
import { checkGradient } from './gradient.ts';
import { Draw } from './random.ts';
import { recording, run } from './run.ts';
import { takenFor } from './taken-for.ts';

export const bitsOf = (values: ArrayLike<number>) => [...new Uint32Array(Float32Array.from(values).buffer)];

/** Values of many kinds: some equal, both zeros, numbers close to each other, tiny and huge ones. */
export const mixed = (draw: Draw, size: number): Float32Array => {
  const kinds = draw.floats(size, 0, 6);
  const values = draw.floats(size);
  const signs = draw.floats(size);
  return values.map((value, i) => {
    const sign = Math.sign(signs[i]);
    const of = [() => sign * 0, () => value, () => 1 + value * 1e-6, () => value * 1e30, () => value * 1e-39];
    return (of[Math.floor(kinds[i])] ?? (() => sign * 0.5))();
  });
};

/** Values in any order, each some way from the next. */
export const apart = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => ((i * 379) % size) / 4 - size / 16);

/** The largest of each row are those that float64 takes, to the bit, with their places. */
export async function expectLargestOfRows(rows: number, columns: number, k: number, gpu: Gpu): Promise<void> {
  for (const seed of [1, 2]) {
    const { memory, tape } = await recording(undefined, gpu);
    const x = mixed(new Draw(rows * columns + seed), rows * columns);
    const made = topK(tape, memory.put(x, [rows, columns]), k);
    expect(tape.dispatches).toHaveLength(1);
    const [y, indices, values] = await run(tape, [made.y, made.indices, made.values]);
    const places = largestOfRows(x, columns, k);
    expect([...indices]).toEqual(places.map((place) => place % columns));
    expect(bitsOf(values)).toEqual(bitsOf(places.map((place) => x[place])));
    expect(bitsOf(y)).toEqual(bitsOf(only(x, places)));
  }
}

/** Checks their gradient, alone and added to that of the largest value. */
export async function expectGradientOfRows(rows: number, columns: number, k: number, gpu: Gpu): Promise<void> {
  await checkGradient(gpu, {
    inputs: [{ values: apart(rows * columns), shape: [rows, columns] }],
    build: (tape, x) => topK(tape, x, k).y,
    reference: (x) => reference(x, columns, k),
  });
  await checkGradient(gpu, {
    inputs: [{ values: apart(rows * columns), shape: [rows, columns] }],
    build: (tape, x) => add(tape, topK(tape, x, k).y, topK(tape, x, 1).y),
    reference(x) {
      const first = reference(x, columns, 1);
      return reference(x, columns, k).map((value, i) => value + first[i]);
    },
    name: 'of two',
  });
}

export interface BatchCase {
  rows: number;
  columns: number;
  k: number;
  real?: number;
  x?: Float32Array;
  bad?: boolean;
  twice?: boolean;
  batches?: number;
}

export async function ofBatch({
  isFallback,
  rows,
  columns,
  k,
  real = rows,
  bad = false,
  twice = false,
  batches = 4,
  ...given
}: BatchCase & { isFallback: boolean }) {
  const epoch = { batch: rows, examples: real, ...(bad && { bad: 1 }) };
  const { gpu, memory, tape, state } = await recording(epoch, await takenFor(isFallback));
  const draw = new Draw(rows * columns);
  const x = given.x ?? mixed(draw, rows * columns);
  const [threshold, batchesTracked, kept] = [memory.put([0.75]), memory.put([batches]), memory.poisoned([2])];
  const input = memory.put(x, [rows, columns]);
  const options = { state, threshold, batchesTracked, rate: 0.01, kept };
  const y = topKOfBatch(tape, input, k, options);
  const dispatches = tape.dispatches.length;
  const whole = twice ? add(tape, y, topKOfBatch(tape, input, 1, { ...options, kept: undefined })) : y;
  const dy = draw.floats(rows * columns);
  tape.differentiate(whole, memory.put(dy, [rows, columns]));
  const [values, dx] = await run(tape, [whole, tape.grad(input)]);
  const [[moved], [tracked], before] = await readTensors(gpu, [threshold, batchesTracked, kept]);
  return { x, dy, values, dx, moved, tracked, before, dispatches, size: real * columns };
}

/** The largest of a batch are those that float64 takes, to the bit, and so is their gradient; the threshold moves as it should. */
export async function expectLargestOfBatch(each: BatchCase, isFallback: boolean): Promise<void> {
  const { k, columns, batches = 4 } = each;
  const found = await ofBatch({ ...each, isFallback });
  const real = found.x.subarray(0, found.size);
  const places = largest(real, (k * found.size) / columns);
  const kept = places.map((place) => real[place]);
  expect(bitsOf(found.values)).toEqual(bitsOf(only(found.x, places)));
  expect(bitsOf(found.dx)).toEqual(bitsOf(only(found.dy, places)));
  const { threshold, batches: tracked } = movedThreshold(0.75, batches, kept);
  expectClose([found.moved], [threshold], Math.abs(threshold) * 1e-6);
  expect(found.tracked).toBe(tracked);
  expect([...found.before]).toEqual([0.75, batches]);
  expect(found.dispatches).toBe(10 + 2 * Math.ceil(Math.log2(Math.max(2, found.x.length)) / 8));
}
