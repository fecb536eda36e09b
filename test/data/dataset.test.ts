import { describe, expect, it } from 'vitest';
import { autoencoder, DataError, dataset, dense, OptionError, OutOfMemoryError, ShapeError } from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf } from '../support/model.ts';

/** What a data set holds, read back through a model that changes nothing. */
async function contents(set: Awaited<ReturnType<typeof dataset>>): Promise<number[]> {
  const n = set.features;
  const model = await autoencoder(set.gpu, { input: n, encoder: [dense(n)], decoder: [dense(n)], loss: 'mse' });
  const identity = Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  model.setWeights({ 'encoder.0.weight': { data: identity, shape: [n, n] } });
  const { data } = await model.encode(set);
  model.dispose();
  return [...data];
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('dataset', () => {
  it.each([1, 3, 4, 5, 8])('keeps bytes as bytes and floats as floats, %i features', async (features) => {
    const gpu = await sharedGpu();
    const before = gpu.memory().bytes;
    const bytes = await dataset(gpu, Uint8Array.from(numbers(features * 40)), { shape: [features] });
    expect(gpu.memory().bytes - before).toBe(256 * Math.ceil((features * 40) / 256));
    const scale = Math.fround(1 / 255);
    expect(await contents(bytes)).toEqual(numbers(features * 40).map((v) => Math.fround((v % 256) * scale)));
    const floats = await dataset(gpu, Float32Array.from(numbers(features * 40)), { shape: [features], scale: 0.5 });
    expect(await contents(floats)).toEqual(numbers(features * 40).map((v) => v / 2));
    bytes.dispose();
    floats.dispose();
    expect(gpu.memory().bytes).toBe(before);
  });

  it('accepts a byte array at any offset of its buffer', async () => {
    const gpu = await sharedGpu();
    const set = forThisTest(await dataset(gpu, Uint8Array.from(numbers(12)).subarray(5), { shape: [1], scale: 1 }));
    expect(await contents(set)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  });

  it('has its shape and labels', async () => {
    const gpu = await sharedGpu();
    const set = forThisTest(
      await dataset(gpu, { data: new Uint8Array(24), shape: [4, 2, 3] }, { labels: [3, 1, 2, 1] }),
    );
    expect([set.length, set.shape, set.features, [...set.labels!]]).toEqual([4, [2, 3], 6, [3, 1, 2, 1]]);
  });

  it('has views of its parts without copies', async () => {
    const gpu = await sharedGpu();
    const labels = numbers(10).map((i) => i % 3);
    const set = forThisTest(await dataset(gpu, Float32Array.from(numbers(20)), { shape: [2], labels }));
    expect(await contents(set.take(2))).toEqual([0, 1, 2, 3]);
    const ones = set.filter((label) => label === 1);
    expect([...ones.labels!]).toEqual([1, 1, 1]);
    expect(await contents(ones)).toEqual([2, 3, 8, 9, 14, 15]);
    expect(await contents(ones.filter((_, index) => index > 0).take(1))).toEqual([8, 9]);
    const [most, rest] = set.split(0.7, { seed: 4 });
    const all = [...(await contents(most)), ...(await contents(rest))];
    expect([most.length, rest.length]).toEqual([7, 3]);
    expect(all.toSorted((a, b) => a - b)).toEqual(numbers(20));
    expect(all).not.toEqual(numbers(20));
    expect(await contents(set.split(0.7, { seed: 4 })[0])).toEqual(all.slice(0, 14));
    expect(await contents(set.split(0.7, { seed: 5 })[0])).not.toEqual(all.slice(0, 14));
    expect(() => set.filter(() => false)).toThrow(DataError);
    expect(() => set.split(0.01)).toThrow(DataError);
    expect(() => set.take(11)).toThrow(OptionError);
  });

  it('disposes its views together with itself', async () => {
    const set = await dataset(await sharedGpu(), Float32Array.from(numbers(8)), { shape: [2] });
    const view = set.take(3).filter((_, i) => i > 0);
    const other = set.take(2);
    other.dispose();
    expect([set.disposed, view.disposed, other.disposed]).toEqual([false, false, true]);
    set.dispose();
    expect([set.disposed, view.disposed]).toEqual([true, true]);
  });

  it('describes what is wrong with its data', async () => {
    const gpu = await sharedGpu();
    const fail = async (...args: unknown[]) => errorOf(dataset(gpu, ...(args as [Float32Array, object])));
    expect(await fail(Float32Array.of(1, 2, Infinity, 4), { shape: [2] })).toEqual(
      new DataError('dataset: Infinity at row 1, column 0'),
    );
    expect(await fail(new Float32Array(5), { shape: [2] })).toBeInstanceOf(ShapeError);
    expect(await fail(new Float32Array(4), { shape: [2], labels: [1] })).toBeInstanceOf(ShapeError);
    expect(await fail(new Float32Array(4), { shape: [0] })).toBeInstanceOf(ShapeError);
    expect(await fail([1, 2, 3], { shape: [1] })).toBeInstanceOf(DataError);
    expect(await fail(null)).toBeInstanceOf(DataError);
    expect(await fail(new Float32Array(4), { shape: [2], scaling: 1 })).toBeInstanceOf(OptionError);
  });

  it('refuses, before allocating, more than the device can bind', async () => {
    const gpu = await sharedGpu();
    expect(() => gpu.allocate(gpu.device.limits.maxBufferSize + 1, GPUBufferUsage.STORAGE, 'data')).toThrow(
      OutOfMemoryError,
    );
  });
});
