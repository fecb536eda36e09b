import { expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { boundRange, emptyTensor, readTensors, tensor, writeTensor } from '../../src/runtime/tensor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';

it('accepts flat arrays, matrices and shapes, and returns them', async () => {
  const gpu = await sharedGpu();
  const made = [
    tensor(gpu, [1, 2, 3]),
    tensor(gpu, { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }),
    tensor(gpu, Float64Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]),
    tensor(gpu, [1, 2 ** 32 - 1], [2], 'u32'),
  ];
  expect(made.map(({ shape, rows, columns, size, bytes }) => [[...shape], rows, columns, size, bytes])).toEqual([
    [[3], 1, 3, 3, 16],
    [[2, 2], 2, 2, 4, 16],
    [[1, 2, 3], 2, 3, 6, 32],
    [[2], 1, 2, 2, 16],
  ]);
  const values = await readTensors(gpu, made.map(forThisTest));
  expect(values.map((each) => [...each])).toEqual([
    [1, 2, 3],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5, 6],
    [1, 2 ** 32 - 1],
  ]);
});

it('starts at zero, and is overwritten by writeTensor', async () => {
  const gpu = await sharedGpu();
  const made = forThisTest(emptyTensor(gpu, [5]));
  expect([...(await readTensors(gpu, [made]))[0]]).toEqual([0, 0, 0, 0, 0]);
  writeTensor(gpu, made, [1, 2, 3, 4, 5]);
  expect([...(await readTensors(gpu, [made]))[0]]).toEqual([1, 2, 3, 4, 5]);
});

it.each([[[0]], [[2, -1]], [[1.5]], [[NaN]]])('refuses %j as a shape, and allocates nothing', async (shape) => {
  const gpu = await sharedGpu();
  const before = gpu.memory().buffers;
  expect(() => emptyTensor(gpu, shape)).toThrow(ShapeError);
  expect(() => makeTape(gpu).tensor(shape)).toThrow('is not a shape');
  expect(gpu.memory().buffers).toBe(before);
});

it('refuses data that do not fill the shape, and allocates nothing', async () => {
  const gpu = await sharedGpu();
  const before = gpu.memory().buffers;
  expect(() => tensor(gpu, [1, 2, 3], [2, 2])).toThrow(ShapeError);
  expect(() => tensor(gpu, [1, 2, 3], [2, 2])).toThrow('the shape [2, 2] holds 4 values, but the data has 3');
  expect(gpu.memory().buffers).toBe(before);
});

it('has no range if it is only recorded', async () => {
  const recorded = makeTape(await sharedGpu()).tensor([2], 'f32', 'recorded');
  expect(() => boundRange(recorded)).toThrow('recorded is recorded on a tape');
  expect(() => recorded.dispose()).not.toThrow();
});
