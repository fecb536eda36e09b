import { describe, expect, it } from 'vitest';
import { beyond } from '../../src/kernels/top-k-batch.ts';
import { topK } from '../../src/kernels/top-k.ts';
import { boundRange } from '../../src/runtime/tensor.ts';
import { largest, only } from '../reference/top-k.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';
import { takenFor } from '../support/taken-for.ts';
import {
  apart,
  bitsOf,
  expectGradientOfRows,
  expectLargestOfBatch,
  expectLargestOfRows,
  mixed,
  ofBatch,
  type BatchCase,
} from '../support/top-k.ts';

describe.each([false, true])('the k largest of each row, on a processor: %s', (isFallback) => {
  const shared = () => takenFor(isFallback);

  // A shape is a pipeline of its own: further ones are in top-k.long.test.ts.
  it.each([
    [1, 1, 1],
    [2, 130, 20],
    [3, 257, 30],
    [40, 3, 3],
  ])('of %i rows of %i: %i', async (rows, columns, k) => expectLargestOfRows(rows, columns, k, await shared()));

  it('of equals takes those in front', async () => {
    const { memory, tape } = await recording(undefined, await shared());
    const x = Float32Array.from({ length: 3 * 257 }, (_, i) => (i % 257 === 200 ? 2 : i >= 514 ? -3 : i % 2 ? 0 : -0));
    const { indices } = topK(tape, memory.put(x, [3, 257]), 30);
    const [found] = await run(tape, [indices]);
    const front = [...Array(29).keys(), 200];
    expect([...found]).toEqual([...front, ...front, ...front]);
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
    const { y, indices } = topK(tape, memory.poisoned([1, 8]), 3);
    const [values, found] = await run(tape, [y, indices]);
    expect([...found]).toEqual([0, 1, 2]);
    expect([...values]).toEqual([NaN, NaN, NaN, 0, 0, 0, 0, 0]);
  });

  it.each([
    [1, 1, 1],
    [2, 130, 20],
  ])('pass their gradient on, %i rows of %i: %i', async (rows, columns, k) =>
    expectGradientOfRows(rows, columns, k, await shared()),
  );

  it('pass a gradient through a kept 0, and not through other zeros', async () => {
    const { memory, tape } = await recording(undefined, await shared());
    const x = memory.put([0, -1, 0, -2, 0, 0, -1, -1], [1, 8]);
    const { y } = topK(tape, x, 3);
    tape.differentiate(y, memory.put([1, 2, 3, 4, 5, 6, 7, 8], [1, 8]));
    const [dx] = await run(tape, [tape.grad(x)]);
    expect([...dx]).toEqual([1, 0, 3, 0, 5, 0, 0, 0]);
  });
});

describe.each([false, true])('the largest of a batch, on a processor: %s', (isFallback) => {
  it.each<BatchCase>([
    { rows: 1, columns: 1, k: 1 },
    { rows: 6, columns: 50, k: 4, real: 4 },
    { rows: 6, columns: 50, k: 12, x: new Float32Array(300).map((_, i) => (i % 2 ? 1 : 2)), batches: 0 },
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
