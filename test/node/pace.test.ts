/** Long work of this side goes on in spells: where the clock always says that one is over, it rests between all of its stretches. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataset } from '../../src/data/make-dataset.ts';
import { Feed } from '../../src/data/feed.ts';
import { differ } from '../../src/runtime/compare.ts';
import { Pace } from '../../src/runtime/pace.ts';
import { count, floats, words } from '../support/on-stand-in.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);
let rests = 0;
beforeEach(() => {
  rests = 0;
  vi.spyOn(Pace.prototype, 'due', 'get').mockReturnValue(true);
  vi.spyOn(Pace.prototype, 'rest').mockImplementation(async () => void rests++);
});
afterEach(() => void vi.restoreAllMocks());

const stretch = 2 ** 13;

describe('uploading data', () => {
  it('pauses between stretches of values that it checks, and between those that it copies', async () => {
    const values = floats(3 * 2 ** 16);
    const { storage } = await dataset(standIn(), values, { shape: [4] });
    expect(rests).toBe(values.length / stretch + values.byteLength / 2 ** 18);
    expect(await words(storage.pieces[0].data)).toEqual([...values]);
    expect(storage.range).toEqual({ least: 0, leastAt: 0, most: values.length - 1, mostAt: values.length - 1 });
  });

  it('finds values that are not finite in any stretch', async () => {
    const values = floats(2 * stretch + 6);
    values[2 * stretch + 3] = NaN;
    await expect(dataset(standIn(), values, { shape: [2] })).rejects.toThrow(`NaN at row ${stretch + 1}, column 1`);
  });
});

it('streamed data are copied in stretches, in order', async () => {
  const gpu = standIn();
  const features = 2 ** 12;
  // A stretch has sixteen examples.
  const source = floats(80 * features);
  const set = await dataset(gpu, source, { shape: [features], deviceBytes: 77 * features * 4 });
  expect(set.storage.streamed!.half).toBe(36);
  const feed = Feed.open('fit', set, 4)!;
  const order = Uint32Array.from(count(80).reverse());
  feed.begin(order);
  rests = 0;
  await feed.stepsFrom(0, 4);
  expect(rests, 'in each of two halves').toBe(3 + 3);
  const rows = await words(feed.data);
  const ends = count(72).map((i) => [rows[i * features], rows[(i + 1) * features - 1]]);
  expect(ends).toEqual(count(72).map((i) => [order[i] * features, (order[i] + 1) * features - 1]));
});

describe('comparing results', () => {
  const values = Float32Array.from({ length: 2 * stretch + 5 }, (_, i) => Math.sin(i));
  const changed = (at: number, value: number) => {
    const other = values.slice();
    other[at] = value;
    return other;
  };

  it('finds a difference in any stretch, and ignores rounding', async () => {
    expect(await differ(values, changed(2 * stretch + 4, values[2 * stretch + 4] + 1e-6))).toBe(false);
    expect(rests).toBe(2 * 3);
    for (const at of [0, stretch - 1, stretch, 2 * stretch + 4])
      expect(await differ(values, changed(at, values[at] + 0.01)), `${at}`).toBe(true);
  });

  it('treats equal values that are not finite as equal', async () => {
    const infinite = changed(7, Infinity);
    expect(await differ(infinite, infinite.slice())).toBe(false);
    expect(await differ(values, changed(7, NaN))).toBe(true);
    expect(await differ(infinite, values)).toBe(true);
  });
});
