/** What a normalisation is fitted to, on a stand-in that only keeps buffers. */
import { beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/data/columns.ts';
import { dataset } from '../../src/data/make-dataset.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { count, withSmallBuffers } from '../support/on-stand-in.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);

describe('the columns of a data set', () => {
  // Four rows, and six that are not looked at in a view of the four.
  const values = Float32Array.of(1, 10, 1, 50, 5, 10, 5, 50, ...count(6).flatMap(() => [-100, 70]));
  const seen = { least: [1, 10], most: [5, 50], mean: [3, 30], deviation: [2, 20] };
  const columns = async (set: Dataset) =>
    Object.fromEntries(Object.entries(await columnsOf(set)).map(([name, each]) => [name, [...(each as Float64Array)]]));
  const four = (set: Dataset) => set.filter((_, i) => i < 4);

  it('of a view, on the device or the host', async () => {
    for (const deviceBytes of [undefined, 64]) {
      const set = await dataset(standIn(), values, { shape: [2], deviceBytes });
      expect(set.storage.pieces.length).toBe(deviceBytes ? 0 : 1);
      expect(await columns(four(set))).toEqual(seen);
      const { least, most, mean } = await columns(set);
      expect([least, most, mean[1]]).toEqual([[-100, 10], [5, 70], 54]);
      expect(mean[0]).toBeCloseTo(-58.8, 10);
    }
    const doubled = await columns(four(await dataset(standIn(), values, { shape: [2], scale: 2 })));
    expect(doubled).toEqual({ least: [2, 20], most: [10, 100], mean: [6, 60], deviation: [4, 40] });
  });

  it('of bytes, in several pieces', async () => {
    const source = Uint8Array.from(count(19 * 50), (i) => (i % 50) + (i >= 18 * 50 ? 100 : 0));
    const set = await dataset(withSmallBuffers({ maxBufferSize: 600 }), source, { shape: [50], scale: 1 });
    expect(set.storage.pieces.length).toBe(3);
    const { least, most, mean, deviation } = await columns(set);
    expect([least, most]).toEqual([count(50), count(50, 100)]);
    mean.forEach((value, i) => expect(value).toBeCloseTo(i + 100 / 19, 10));
    for (const value of deviation) expect(value).toBeCloseTo((100 * Math.sqrt(18)) / 19, 10);
  });

  it('are as exact far from zero as near it, with deviation 0 for equal values', async () => {
    const far = await columns(
      await dataset(standIn(), Float32Array.of(2 ** 23 + 1, 7, 2 ** 23 + 3, 7), { shape: [2] }),
    );
    expect([far.mean, far.deviation]).toEqual([
      [2 ** 23 + 2, 7],
      [1, 0],
    ]);
  });

  it('are the same in one read and in several', async () => {
    const gpu = standIn();
    // 1.5 times what is brought back at a time.
    const features = 2 ** 20;
    const source = new Float32Array(12 * features);
    for (let row = 0; row < 12; row++) source[row * features + 5] = row;
    const set = (await dataset(gpu, source, { shape: [features] })).filter((_, i) => i === 2 || i === 11);
    const { readbacks } = gpu.counters();
    const { most, mean } = await columnsOf(set);
    expect([most[5], mean[5], most[6], gpu.counters().readbacks - readbacks]).toEqual([11, 6.5, 0, 2]);
  });
});
