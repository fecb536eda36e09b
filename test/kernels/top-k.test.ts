import { describe, expect, it } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { beyond } from '../../src/kernels/top-k-batch.ts';
import { topK } from '../../src/kernels/top-k.ts';
import { boundRange } from '../../src/runtime/tensor.ts';
import { largest, largestOfRows, only, topK as reference } from '../reference/top-k.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';
import { takenFor } from '../support/taken-for.ts';
import { apart, bitsOf, expectLargestOfBatch, mixed, ofBatch, type BatchCase } from '../support/top-k.ts';

describe.each([false, true])('the k largest of each row, on a processor: %s', (isFallback) => {
  const shared = () => takenFor(isFallback);

  it.each([
    [1, 1, 1],
    [3, 2, 1],
    [2, 5, 5],
    [7, 66, 9],
    [4, 255, 1],
    [3, 256, 255],
    [3, 257, 30],
    [2, 1000, 64],
    [5, 4099, 32],
    [1, 65_536, 64],
    [40, 3, 2],
  ])('of %i rows of %i: %i', async (rows, columns, k) => {
    const gpu = await shared();
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
  });

  it('of equals takes those in front', async () => {
    const { memory, tape } = await recording(undefined, await shared());
    const x = Float32Array.from({ length: 3 * 700 }, (_, i) => (i % 700 === 600 ? 2 : i >= 1400 ? -3 : i % 2 ? 0 : -0));
    const { indices } = topK(tape, memory.put(x, [3, 700]), 4);
    const [found] = await run(tape, [indices]);
    expect([...found]).toEqual([0, 1, 2, 600, 0, 1, 2, 600, 0, 1, 2, 600]);
  });

  it('keeps every NaN, and treats infinities as the largest or smallest values', async () => {
    const { gpu, memory, tape } = await recording(undefined, await shared());
    const x = memory.put([1, -Infinity, Infinity, 0, 5, 2, 3, 4], [1, 8]);
    const { buffer, offset } = boundRange(x);
    // A NaN with its sign, as processors make it of 0 · ∞.
    gpu.device.queue.writeBuffer(buffer, offset + 12, new Uint32Array([0xffc00000]));
    const { y, indices } = topK(tape, x, 3);
    const [values, found] = await run(tape, [y, indices]);
    expect([...found]).toEqual([2, 3, 4]);
    expect([...values]).toEqual([0, 0, Infinity, NaN, 5, 0, 0, 0]);
  });

  it('takes the first of several NaN', async () => {
    const { memory, tape } = await recording(undefined, await shared());
    const { y, indices } = topK(tape, memory.poisoned([1, 4]), 2);
    const [values, found] = await run(tape, [y, indices]);
    expect([...found]).toEqual([0, 1]);
    expect([...values]).toEqual([NaN, NaN, 0, 0]);
  });

  it.each([
    [1, 1, 1],
    [5, 7, 3],
    [2, 130, 20],
  ])('pass their gradient on, %i rows of %i: %i', async (rows, columns, k) => {
    const gpu = await shared();
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
  });

  it('pass a gradient through a kept 0, and not through other zeros', async () => {
    const { memory, tape } = await recording(undefined, await shared());
    const x = memory.put([0, -1, 0, 0], [1, 4]);
    const { y } = topK(tape, x, 2);
    tape.differentiate(y, memory.put([1, 2, 3, 4], [1, 4]));
    const [dx] = await run(tape, [tape.grad(x)]);
    expect([...dx]).toEqual([1, 0, 3, 0]);
  });
});

describe.each([false, true])('the largest of a batch, on a processor: %s', (isFallback) => {
  it.each<BatchCase>([
    { rows: 1, columns: 1, k: 1 },
    { rows: 2, columns: 3, k: 3 },
    { rows: 5, columns: 7, k: 2, real: 3 },
    { rows: 3, columns: 100, k: 9, real: 1 },
    { rows: 9, columns: 30, k: 12, x: new Float32Array(270).map((_, i) => (i % 2 ? 1 : 2)), batches: 0 },
  ])('of $rows rows of $columns, $k for each: %#', (each) => expectLargestOfBatch(each, isFallback));

  it('add their gradient to another', async () => {
    const { x, dy, dx } = await ofBatch({ isFallback, rows: 6, columns: 50, k: 4, x: apart(300), twice: true });
    const [four, one] = [24, 6].map((count) => only(dy, largest(x, count)));
    expect(bitsOf(dx)).toEqual(bitsOf(four.map((value, i) => Math.fround(value + one[i]))));
  });

  it('keep the threshold after a step has gone bad', async () => {
    const { moved, tracked, before } = await ofBatch({ isFallback, rows: 6, columns: 50, k: 4, bad: true });
    expect([moved, tracked]).toEqual([0.75, 4]);
    expect([...before]).toEqual([NaN, NaN]);
  });
});

it('takes values beyond a threshold, including NaN', async () => {
  for (const threshold of [0, 0.5, -0.25]) {
    const { memory, tape } = await recording();
    const x = mixed(new Draw(3), 700);
    x[600] = NaN;
    x[601] = threshold;
    const y = beyond(tape, memory.put(x, [7, 100]), memory.put([threshold]));
    expect(tape.dispatches).toHaveLength(1);
    const [values] = await run(tape, [y]);
    expect(bitsOf(values)).toEqual(bitsOf(x.map((value) => (value <= threshold ? 0 : value))));
  }
});
