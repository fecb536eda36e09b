import { expect, it } from 'vitest';
import { add, multiply } from '../../src/kernels/elementwise.ts';
import { argmax } from '../../src/kernels/reduce.ts';
import { read, readAll } from '../../src/runtime/read.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { recording } from '../support/run.ts';

async function setUp() {
  const { gpu, memory, tape } = await recording();
  return { gpu, tape, x: memory.put([1, 2, 3, 4, 5, 6], [2, 3]) };
}

it('reads a bound tensor without computing', async () => {
  const { x } = await setUp();
  const matrix = await read(x);
  expect(matrix).toEqual({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
});

it('computes a recorded one first, with one submit and one readback, without unneeded dispatches', async () => {
  const { gpu, tape, x } = await setUp();
  const doubled = add(tape, x, x);
  const squared = multiply(tape, x, x);
  const before = gpu.counters();
  expect([...(await read(doubled)).data]).toEqual([2, 4, 6, 8, 10, 12]);
  const after = gpu.counters();
  expect(after.dispatches - before.dispatches).toBe(1);
  expect(after.readbacks - before.readbacks).toBe(1);
  expect([...(await read(squared)).data]).toEqual([1, 4, 9, 16, 25, 36]);
});

it('reads several at once, bound and recorded, floats and indices', async () => {
  const { gpu, tape, x } = await setUp();
  const before = gpu.counters().readbacks;
  const [doubled, same, places] = await readAll([add(tape, x, x), x, argmax(tape, x, 1)]);
  expect(gpu.counters().readbacks - before).toBe(1);
  expect(doubled.data[5]).toBe(12);
  expect(same.shape).toEqual([2, 3]);
  expect(places).toEqual({ data: Float32Array.of(2, 2), shape: [2] });
});

it('reads two tensors of a tape at the same time', async () => {
  const { tape, x } = await setUp();
  const [doubled, squared] = await Promise.all([read(add(tape, x, x)), read(multiply(tape, x, x))]);
  expect(doubled.data[5]).toBe(12);
  expect(squared.data[5]).toBe(36);
});

it('frees its memory, and keeps nothing on the tape', async () => {
  const { gpu, tape, x } = await setUp();
  const y = add(tape, x, x);
  const before = gpu.memory();
  await read(y);
  expect(gpu.memory()).toMatchObject({ bytes: before.bytes, buffers: before.buffers });
  expect(tape.kept.size).toBe(0);
  const missing = add(tape, tape.tensor([2]), tape.tensor([2]));
  await expect(read(missing)).rejects.toThrow('which no kernel has written');
  expect(tape.kept.size).toBe(0);
  expect(gpu.memory()).toMatchObject({ bytes: before.bytes, buffers: before.buffers });
});

it('refuses tensors of two tapes', async () => {
  const { gpu, tape, x } = await setUp();
  await expect(readAll([add(tape, x, x), add(makeTape(gpu), x, x)])).rejects.toThrow('different tapes');
});

it('reads nothing for nothing', async () => {
  expect(await readAll([])).toEqual([]);
});
