import { describe, expect, it } from 'vitest';
import { dense } from '../../src/kernels/dense.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { topK } from '../../src/kernels/top-k.ts';
import { sizeOf } from '../../src/runtime/tensor.ts';
import { topKAmong } from '../reference/dead-latents.ts';
import { dense as denseReference } from '../reference/dense.ts';
import { topK as reference } from '../reference/top-k.ts';
import { checkGradient } from '../support/gradient.ts';
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
  type BatchCase,
} from '../support/top-k.ts';

describe.each([false, true])('the k largest of each row, on a processor: %s', (isFallback) => {
  it.each([
    [3, 2, 1],
    [2, 5, 5],
    [7, 66, 9],
    [4, 255, 1],
    [3, 256, 255],
    [2, 1000, 64],
    [5, 4099, 32],
    [1, 65_536, 64],
    [40, 3, 2],
  ])('of %i rows of %i: %i', async (rows, columns, k) =>
    expectLargestOfRows(rows, columns, k, await takenFor(isFallback)),
  );

  it('pass their gradient on, 5 rows of 7: 3', async () => expectGradientOfRows(5, 7, 3, await takenFor(isFallback)));
});

describe.each([false, true])('the k largest of some columns, on a processor: %s', (isFallback) => {
  const shared = () => takenFor(isFallback);

  it.each([
    [1, 1, 1],
    [3, 7, 2],
    [5, 130, 4],
    [4, 600, 40],
    [2, 2000, 200],
  ])('of %i rows of %i: %i, for any eligible columns', async (rows, columns, k) => {
    const gpu = await shared();
    const x = mixed(new Draw(rows * columns), rows * columns);
    for (const every of [1, 2, 7, 5000]) {
      const among = Array.from({ length: columns }, (_, j) => j % every === every - 1);
      const { memory, tape } = await recording(undefined, gpu);
      const made = topK(tape, memory.put(x, [rows, columns]), k, memory.put(among.map(Number), [columns], 'u32'));
      const [y, indices, values] = await run(tape, [made.y, made.indices, made.values]);
      expect(bitsOf(y)).toEqual(bitsOf(topKAmong(x, among, k)));
      expect(bitsOf(values)).toEqual(bitsOf([...indices].map((j, n) => y[Math.floor(n / k) * columns + j])));
      expect([...indices].every((j, n) => n % k === 0 || j > indices[n - 1])).toBe(true);
    }
  });

  it('ignores a NaN in another column', async () => {
    const { memory, tape } = await recording(undefined, await shared());
    const x = memory.put([NaN, 1, 2, 0], [1, 4]);
    const { y } = topK(tape, x, 2, memory.put([0, 1, 0, 1], [4], 'u32'));
    const [found] = await run(tape, [y]);
    expect([...found]).toEqual([0, 1, 0, 0]);
  });

  it.each([
    [1, 2, 1],
    [5, 7, 3],
    [2, 130, 20],
  ])('pass their gradient on, %i rows of %i: %i', async (rows, columns, k) => {
    const gpu = await shared();
    for (const every of [1, 2, 100]) {
      const among = Array.from({ length: columns }, (_, j) => j % every === every - 1);
      const { memory } = await recording(undefined, gpu);
      await checkGradient(gpu, {
        inputs: [{ values: apart(rows * columns), shape: [rows, columns] }],
        build(tape, x) {
          const some = topK(tape, x, k, memory.put(among.map(Number), [columns], 'u32')).y;
          return add(tape, some, topK(tape, x, 1).y);
        },
        reference(x) {
          const first = reference(x, columns, 1);
          return topKAmong(x, among, k).map((value, i) => value + first[i]);
        },
        name: `every ${every}`,
      });
    }
  });

  it.each([
    [3, 40, 2],
    [33, 36, 2],
  ])('lead gradients past products with all columns, %i rows of %i: %i', async (rows, columns, k) => {
    const gpu = await shared();
    const draw = new Draw(columns);
    const [x, w, bias, out] = [[rows, 5], [columns, 5], [columns], [4, columns]].map((shape) => ({
      values: draw.floats(sizeOf(shape)),
      shape,
    }));
    for (const every of [1, 3, 30]) {
      const among = Array.from({ length: columns }, (_, j) => j % every === every - 1);
      const { memory } = await recording(undefined, gpu);
      await checkGradient(gpu, {
        inputs: [x, w, bias, out],
        build(tape, x, w, bias, out) {
          const latents = dense(tape, x, w, bias, 'tanh');
          return dense(tape, topK(tape, latents, k, memory.put(among.map(Number), [columns], 'u32')).y, out, undefined);
        },
        reference(x, w, bias, out) {
          const latents = denseReference(x, w, bias, 5, 'tanh');
          return denseReference(topKAmong(latents, among, k), out, new Float64Array(4), columns, 'linear');
        },
        relative: 1e-5,
        name: `every ${every}`,
      });
    }
  });
});

describe.each([false, true])('the largest of a batch, on a processor: %s', (isFallback) => {
  it.each<BatchCase>([
    { rows: 2, columns: 3, k: 3 },
    { rows: 5, columns: 7, k: 2, real: 3 },
    { rows: 3, columns: 100, k: 9, real: 1 },
    { rows: 9, columns: 30, k: 12, x: new Float32Array(270).map((_, i) => (i % 2 ? 1 : 2)), batches: 0 },
    { rows: 40, columns: 66, k: 5, real: 37 },
    { rows: 64, columns: 1030, k: 17, real: 61 },
    { rows: 9, columns: 30, k: 12, x: new Float32Array(270).map((_, i) => (i % 5 ? 0 : -1)) },
    { rows: 9, columns: 30, k: 12, x: new Float32Array(270).map((_, i) => (i % 11 ? -1 : 1 + i)) },
    { rows: 16, columns: 4100, k: 3, x: new Float32Array(65_600).fill(7), batches: 500 },
  ])('of $rows rows of $columns, $k for each: %#', (each) => expectLargestOfBatch(each, isFallback));
});
