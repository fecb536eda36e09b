/** Windows of a series, on a stand-in that only keeps buffers, and what their scores come to. That they are gathered is in test/data/series.test.ts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/data/columns.ts';
import { asDataset } from '../../src/data/as-dataset.ts';
import { checkProbabilities } from '../../src/data/range.ts';
import { dataset } from '../../src/data/make-dataset.ts';
import { Feed } from '../../src/data/feed.ts';
import { DataError, intervals, OptionError, OutOfMemoryError, readTable, series, ShapeError, timeline } from '../../src/index.ts'; // prettier-ignore
import { count, floats, refused, withSmallBuffers, words, type Refusal } from '../support/on-stand-in.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);
const zeros = (length: number) => new Float64Array(length);

describe('windows of a series', () => {
  it('are stored on the device once, as many as fit', async () => {
    const gpu = standIn();
    const windows = await series(gpu, floats(20), { length: 5, stride: 2, channels: 2 });
    expect([windows.length, windows.shape, windows.features, windows.step]).toEqual([3, [5, 2], 10, 4]);
    expect(windows.series).toEqual({ steps: 10, length: 5, stride: 2, channels: 2 });
    expect(await words(windows.storage.pieces[0].data)).toEqual(count(18));
    const every = await series(gpu, floats(1000), { length: 100 });
    expect([every.length, every.shape, await words(every.storage.pieces[0].data)]).toEqual([
      901,
      [100, 1],
      count(1000),
    ]);
    const apart = await series(gpu, floats(9), { length: 2, stride: 3 });
    expect([apart.length, await words(apart.storage.pieces[0].data)]).toEqual([3, count(8)]);
    const whole = await series(gpu, floats(6), { length: 6 });
    expect([whole.length, whole.step]).toEqual([1, 1]);
    windows.dispose();
    expect([windows.disposed, windows.take(1).disposed]).toEqual([true, true]);
  });

  it('can be selected, with their labels, and keep their series', async () => {
    const windows = await series(standIn(), floats(10), { length: 3, stride: 2, labels: [4, 5, 6, 7] });
    const late = windows.filter((_, i) => i >= 1).filter((label) => label! > 5);
    expect([[...late.indices], [...late.labels!], late.series]).toEqual([[2, 3], [6, 7], windows.series]);
    const [some, rest] = windows.split(0.5, { seed: 2 });
    expect([...some.indices, ...rest.indices].sort()).toEqual([0, 1, 2, 3]);
  });

  it('may have weights, which go with them into views and the window of streamed data', async () => {
    const weights = [1, 0, 2, 0.5];
    const gpu = standIn();
    const windows = await series(gpu, floats(10), { length: 3, stride: 2, weights });
    expect(await words(windows.filter((_, i) => i > 1).storage.weights!.tensor)).toEqual(weights);
    windows.dispose();
    expect(gpu.memory().buffers).toBe(0);
    const many = count(96);
    const streamed = await series(gpu, floats(100), { length: 5, weights: many, deviceBytes: 8 * 5 * 4 });
    const feed = Feed.open('fit', streamed, 4)!;
    feed.begin(Uint32Array.from(many.toReversed()));
    await feed.stepsFrom(0, 4);
    expect(await words(feed.weights!)).toEqual(many.toReversed().slice(0, 8));
    feed.dispose();
  });

  it('of a table have its columns of numbers as channels, in order', async () => {
    const text = 'time,a,b\n2024-01-01 00:00:00,1,10\n2024-01-01 00:05:00,2,20\n2024-01-01 00:10:00,3,30\n';
    const table = await readTable(text);
    expect(table.columns.map(({ kind }) => kind)).toEqual(['time', 'number', 'number']);
    const windows = await series(standIn(), table, { length: 2 });
    expect([windows.length, windows.shape]).toEqual([2, [2, 2]]);
    expect(await words(windows.storage.pieces[0].data)).toEqual([1, 10, 2, 20, 3, 30]);
    const later = await series(standIn(), table.filter((_, i) => i > 0), { length: 1 }); // prettier-ignore
    expect(await words(later.storage.pieces[0].data)).toEqual([2, 20, 3, 30]);
    const labelled = await series(standIn(), await readTable('x,c\n1,p\n2,q\n', { label: 'c' }), { length: 1 });
    expect([labelled.shape, labelled.labels]).toEqual([[1, 1], undefined]);
  });

  it('are in pieces that share overlapping values if a buffer is smaller', async () => {
    const gpu = withSmallBuffers({ maxBufferSize: 256 });
    // 64 values a buffer: 44 windows of 20 could begin there, if there were as many values; each piece is whole windows.
    const windows = await series(gpu, floats(100), { length: 20 });
    const pieces = windows.storage.pieces.map(({ first, count }) => [first, count]);
    expect(pieces).toEqual([[0, 44], [44, 37]]); // prettier-ignore
    expect(await words(windows.storage.pieces[1].data)).toEqual(count(56, 44));
    const { mean } = await columnsOf(windows);
    mean.forEach((value, i) => expect(value).toBeCloseTo(40 + i, 10));
    const error = await series(gpu, floats(100), { length: 70 }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OutOfMemoryError);
    windows.dispose();
    expect(gpu.memory().bytes).toBe(0);
  });

  it('are streamed if the device may hold less', async () => {
    const gpu = standIn();
    const windows = await series(gpu, floats(100), { length: 5, stride: 2, deviceBytes: 8 * 5 * 4 });
    expect([windows.storage.pieces, windows.storage.streamed!.half, gpu.memory().buffers]).toEqual([[], 4, 0]);
    const feed = Feed.open('fit', windows, 4)!;
    feed.begin(Uint32Array.from(count(48).reverse()));
    await feed.stepsFrom(0, 4);
    expect(await words(feed.data)).toEqual(count(8).flatMap((i) => count(5, 2 * (47 - i))));
    feed.dispose();
    const fits = await series(gpu, floats(100), { length: 5, deviceBytes: 400 });
    expect([fits.storage.streamed, fits.storage.pieces.length]).toEqual([undefined, 1]);
  });

  it('determine the normalisation: only those of a view, each value as often as it is in a window', async () => {
    const values = Float32Array.from(count(120), (i) => (i * 7) % 11);
    for (const [stride, channels, deviceBytes] of [[1, 1], [2, 3], [4, 1], [1, 1, 100], [2, 3, 8 * 9 * 4]]) {
      const options = { length: 3, stride, channels };
      const windows = await series(standIn(), values, { ...options, deviceBytes });
      expect(windows.storage.pieces.length).toBe(deviceBytes ? 0 : 1);
      const cut = count(windows.length).flatMap((n) => [...values.subarray(n * windows.step, n * windows.step + windows.features)]); // prettier-ignore
      const twin = await dataset(standIn(), Float32Array.from(cut), { shape: windows.shape });
      const odd = (set: typeof twin) => set.filter((_, i) => i % 2 === 1);
      expect(await columnsOf(windows)).toEqual(await columnsOf(twin));
      expect(await columnsOf(odd(windows))).toEqual(await columnsOf(odd(twin)));
    } // prettier-ignore
  });

  it('may have blanks, in an array or a table, which do not count as values', async () => {
    const values = Float32Array.of(1, NaN, 3, -4, NaN, NaN, 7, 8);
    const before = values.slice();
    const table = await readTable('time,a,b\n2024-01-01,1,\n2024-01-02,3,-4\n2024-01-03,,NA\n2024-01-04,7,8\n');
    for (const source of [values, table]) {
      const options = { length: 2, ...(source === values && { channels: 2 }) };
      for (const deviceBytes of [undefined, 8]) {
        const half = deviceBytes === undefined ? {} : { deviceBytes: 8 * 2 * 2 * 4 };
        const windows = await series(standIn(), source, { ...options, ...half });
        expect(windows.storage.blanks).toBe(true);
        expect(windows.storage.range).toEqual({ least: -4, leastAt: 3, most: 8, mostAt: 7 });
        // Places of a window: its first step's a and b, and its second step's.
        const { least, most, mean, deviation } = await columnsOf(windows);
        expect([[...least], [...most], [...mean]]).toEqual([[1, -4, 3, -4], [3, -4, 7, 8], [2, -4, 5, 2]]); // prettier-ignore
        expect([...deviation]).toEqual([1, 0, 2, 6]);
      }
    }
    expect(values).toEqual(before);
    const late = (await series(standIn(), values, { length: 1, channels: 2 })).filter((_, i) => i === 2);
    expect(await columnsOf(late)).toEqual({ least: zeros(2), most: zeros(2), mean: zeros(2), deviation: zeros(2) });
    expect((await series(standIn(), floats(3), { length: 1 })).storage.blanks).toBe(false);
  });

  it('are uploaded again to a new device, once and unchanged', async () => {
    const windows = await series(standIn(), floats(10), { length: 3, stride: 2 });
    const view = windows.filter((_, i) => i > 1);
    Object.defineProperty(windows.storage.pieces[0].data, 'gone', { value: true, configurable: true });
    await view.bringBack();
    expect([windows.storage.pieces.length, windows.storage.pieces[0].data.gone]).toEqual([1, false]);
    expect(await words(windows.storage.pieces[0].data)).toEqual(count(9));
  });

  const values = floats(10);
  const gpu = standIn();
  const table = readTable('t,kind\n1,a\n2,b\n,a\n');
  const refusals: Refusal[] = [
    ['no Gpu', () => series({} as never, values, { length: 2 }), OptionError, 'series: takes a Gpu, as openGpu gives it, not [object Object]'],
    ['an unknown option', () => series(gpu, values, { lenght: 2 } as never), OptionError, "series: unknown option 'lenght' (did you mean length?)"],
    ['no length', () => series(gpu, values, {} as never), OptionError, 'series: length: undefined is not a whole number of at least 1'],
    ['a stride of none', () => series(gpu, values, { length: 2, stride: 0 }), OptionError, 'series: stride: 0 is not a whole number of at least 1'],
    ['half a channel', () => series(gpu, values, { length: 2, channels: 0.5 }), OptionError, 'series: channels: 0.5 is not a whole number of at least 1'],
    ['a window longer than the series', () => series(gpu, values, { length: 11 }), DataError, 'series: a window has 11 steps, the series only 10'],
    ['no values', () => series(gpu, new Float32Array(0), { length: 1 }), DataError, 'series: there are no values'],
    ['part of a step', () => series(gpu, values, { length: 1, channels: 3 }), ShapeError, 'series: 10 values are not a whole number of steps of 3 channels'],
    ['bytes', () => series(gpu, Uint8Array.of(1) as never, { length: 1 }), OptionError, 'series: takes a Float32Array or what readTable returns, not 1'],
    ['an infinity', () => series(gpu, Float32Array.of(0, NaN, 2, Infinity), { length: 1, channels: 2 }), DataError, 'series: Infinity at step 1, channel 1'],
    ['nothing but blanks', () => series(gpu, Float32Array.of(NaN, NaN), { length: 1 }), DataError, 'series: all of its values are blank'],
    ['what is too large for a series with blanks', () => series(gpu, Float32Array.of(1, NaN, 2e38), { length: 1 }), DataError, 'series: 1.9999999360571385e+38 at step 2, channel 0 is too large for a series with blanks'],
    ['blanks for what looks at all values', async () => asDataset('fit', gpu, await series(gpu, Float32Array.of(1, NaN), { length: 1 }), [1]), DataError, 'fit: the windows have blanks, but this needs every value: fill them first'],
    ['a label too few', () => series(gpu, values, { length: 4, labels: count(6) }), ShapeError, 'series: 7 examples, but 6 labels'],
    ['labels that are null', () => series(gpu, values, { length: 4, labels: null as never }), OptionError, 'series: labels: takes a list of numbers, not null'],
    ['labels of steps', () => series(gpu, values, { length: 4, labels: values }), ShapeError, "series: 10 labels, as many as there are steps, but 7 windows: give each window one, such as the largest of its steps'"],
    ['a weight too few', () => series(gpu, values, { length: 4, weights: count(6) }), ShapeError, 'series: weights: 7 windows, but 6 weights'],
    ['weights of steps', () => series(gpu, values, { length: 4, weights: values }), ShapeError, "series: 10 weights, as many as there are steps, but 7 windows: give each window one, such as the mean of its steps'"],
    ['a weight below 0', () => series(gpu, floats(2), { length: 1, weights: [1, -1] }), DataError, 'series: weights: weight 1 is -1; a weight is a finite number of at least 0'],
    ['half a label', () => series(gpu, floats(2), { length: 2, labels: [0.5] }), DataError, 'series: the label of row 0 is 0.5, not a whole number of 32 bits'],
    ['deviceBytes of too little', () => series(gpu, values, { length: 2, deviceBytes: 20 }), OptionError, 'series: deviceBytes must be at least 64, the size of eight examples, not 20'],
    ['categories', async () => series(gpu, await table, { length: 1 }), OptionError, "series: the column 'kind' has categories, but a series needs numbers: leave it out, with table.without('kind') or the option `columns` of readTable"],
    ['channels of a table', async () => series(gpu, await table, { length: 1, channels: 2 }), OptionError, 'series: `channels` is for arrays; a table has one for each of its columns of numbers'],
    ['only times', async () => series(gpu, await readTable('t\n2024-01-01\n2024-01-02\n'), { length: 1 }), OptionError, 'series: the table has no column of numbers'],
    ['differences that float32 has not', async () => series(gpu, await readTable('n\n100000000\n100000001\n100000002\n100000003\n'), { length: 1 }), DataError, "series: 'n' loses its differences in float32: 100000000 and 100000001 become the same number, and so do most others of it; subtract 100000000 from all of them first, or leave the column out"],
    ['more than float32 holds', async () => series(gpu, await readTable('n\n1\n1e300\n'), { length: 1 }), DataError, "series: 1e+300 in row 1 of 'n' is too large for float32"],
    ['probabilities that are none', async () => checkProbabilities(await series(gpu, Float32Array.of(0, 1, 0, 3), { length: 1, channels: 2 })), DataError, "bce: 3 at step 1, channel 1 is outside [0, 1]; scale the data, or use loss: 'mse'"],
  ]; // prettier-ignore
  it.each(refusals)('refuses %s', async (_, ...refusal) => refused(...refusal));
});

describe('timeline', () => {
  const windows = (indices: number[], steps: number, length: number, stride: number) => ({
    ...{ length: indices.length, indices: Uint32Array.from(indices) },
    series: { steps, length, stride, channels: 1 },
  });

  it('is the mean over the windows that cover a step', () => {
    expect(timeline(Float32Array.of(1, 2, 6, 0), windows([0, 1, 2, 3], 5, 2, 1))).toEqual(
      Float32Array.of(1, 1.5, 4, 3, 0),
    );
    expect(timeline(Float32Array.of(3, 9), windows([0, 1], 6, 4, 2))).toEqual(Float32Array.of(3, 3, 6, 6, 9, 9));
    expect(timeline([0.1], windows([0], 2, 2, 1))).toEqual(Float32Array.of(0.1, 0.1));
  });

  it('is NaN outside of windows: after the last, between distant windows, and outside of a view', () => {
    expect(timeline(Float32Array.of(3, 9), windows([0, 1], 7, 2, 3))).toEqual(Float32Array.of(3, 3, NaN, 9, 9, NaN, NaN)); // prettier-ignore
    expect(timeline(Float32Array.of(4, 8), windows([3, 1], 6, 2, 1))).toEqual(Float32Array.of(NaN, 8, 8, 4, 4, NaN)); // prettier-ignore
    expect(timeline(Float32Array.of(Infinity, 8), windows([0, 1], 3, 2, 1))).toEqual(
      Float32Array.of(Infinity, Infinity, 8),
    );
  });

  it('of scores of each value is the mean of the step’s values, over channels and windows', () => {
    expect(timeline(Float32Array.of(1, 2, 3, 10, 20, 30), windows([0, 1], 4, 3, 1))).toEqual(Float32Array.of(1, 6, 11.5, 30)); // prettier-ignore
    const { series, ...view } = windows([2, 0], 6, 2, 2);
    const scores = Float32Array.of(1, 3, 5, 7, 20, 30, 40, 60);
    expect(timeline(scores, { ...view, series: { ...series, channels: 2 } })).toEqual(Float32Array.of(25, 50, NaN, NaN, 2, 6)); // prettier-ignore
  });

  it('of scores of each value ignores those of blanks', () => {
    const some = windows([0, 1], 4, 3, 1);
    for (const combine of ['mean', 'min', 'max'] as const)
      expect(timeline(Float32Array.of(1, NaN, 3, NaN, 3, NaN), some, { combine })).toEqual(Float32Array.of(1, NaN, 3, NaN)); // prettier-ignore
    expect(timeline(Float32Array.of(2, NaN), windows([0, 1], 2, 1, 1))).toEqual(Float32Array.of(2, NaN));
  });

  it('is the smallest or the largest on request', () => {
    const some = windows([0, 1, 2, 3], 6, 2, 1);
    const scores = Float32Array.of(-1, -2, 6, 0.1);
    expect(timeline(scores, some, { combine: 'min' })).toEqual(Float32Array.of(-1, -2, -2, 0.1, 0.1, NaN));
    expect(timeline(scores, some, { combine: 'max' })).toEqual(Float32Array.of(-1, -1, 6, 6, 0.1, NaN));
    expect(timeline(scores, some, { combine: 'mean' })).toEqual(timeline(scores, some));
  });

  it('accepts results of series(), and views', async () => {
    const set = await series(standIn(), floats(5), { length: 2 });
    expect(timeline(Float32Array.of(1, 2, 6, 0), set)).toEqual(Float32Array.of(1, 1.5, 4, 3, 0));
    const late = set.filter((_, i) => i > 1);
    expect(timeline(Float32Array.of(6, 0), late)).toEqual(Float32Array.of(NaN, NaN, 6, 3, 0));
  });

  const some = windows([0, 1], 3, 2, 1);
  const refusals: Refusal[] = [
    ['examples that are no windows', async () => timeline([1, 2], await dataset(standIn(), floats(2), { shape: [1] })), OptionError, 'timeline: the second argument must come from series(gpu, …)'],
    ['a score too few', () => timeline(Float32Array.of(1), some), ShapeError, 'timeline: 1 scores, but 2 windows of 2 values: give one for each window, or for each value'],
    ['no scores', () => timeline('12' as never, some), OptionError, "timeline: scores: takes a list of numbers, not '12'"],
    ['another way to combine', () => timeline([1, 2], some, { combine: 'median' as never }), OptionError, "timeline: combine must be 'mean' or 'min' or 'max', not 'median'"],
    ['an unknown option', () => timeline([1, 2], some, { combined: 'min' } as never), OptionError, "timeline: unknown option 'combined' (did you mean combine?)"],
    ['a NaN for a window', () => timeline(Float32Array.of(1, NaN), some), DataError, 'timeline: score 1 is NaN, not a number'],
  ]; // prettier-ignore
  it.each(refusals)('refuses %s', async (_, ...refusal) => refused(...refusal));
});

describe('intervals', () => {
  const line = Float32Array.of(5, 0, NaN, 6, 7, 0, 5, 0, 0, 9);

  it('are the steps at or above the threshold, the last exclusive', () => {
    expect(intervals(line, 5)).toEqual([
      { from: 0, to: 1, peak: 5 },
      { from: 3, to: 5, peak: 7 },
      { from: 6, to: 7, peak: 5 },
      { from: 9, to: 10, peak: 9 },
    ]);
    expect(intervals(line, 10)).toEqual([]);
    expect(intervals([], 0)).toEqual([]);
    expect(intervals([1, 2], 0)).toEqual([{ from: 0, to: 2, peak: 2 }]);
    expect(intervals([NaN, Infinity], 0)).toEqual([{ from: 1, to: 2, peak: Infinity }]);
  });

  it('are joined over gaps before short ones are dropped', () => {
    expect(intervals(line, 5, { gap: 1 })).toEqual([
      { from: 0, to: 1, peak: 5 },
      { from: 3, to: 7, peak: 7 },
      { from: 9, to: 10, peak: 9 },
    ]);
    expect(intervals(line, 5, { gap: 2 })).toEqual([{ from: 0, to: 10, peak: 9 }]);
    expect(intervals(line, 5, { minLength: 2 })).toEqual([{ from: 3, to: 5, peak: 7 }]);
    expect(intervals(line, 5, { gap: 1, minLength: 4 })).toEqual([{ from: 3, to: 7, peak: 7 }]);
  });

  const refusals: Refusal[] = [
    ['no list', () => intervals(3 as never, 1), OptionError, 'intervals: timeline: takes a list of numbers, not 3'],
    ['words', () => intervals([1, '2'] as never, 1), DataError, "intervals: step 1 is '2', not a number"],
    ['a threshold that is NaN', () => intervals(line, NaN), OptionError, 'intervals: threshold: NaN is not a number'],
    ['half a step between', () => intervals(line, 1, { gap: 0.5 }), OptionError, 'intervals: gap: 0.5 is not a whole number of at least 0'],
    ['a length of none', () => intervals(line, 1, { minLength: 0 }), OptionError, 'intervals: minLength: 0 is not a whole number of at least 1'],
    ['an unknown option', () => intervals(line, 1, { gaps: 1 } as never), OptionError, "intervals: unknown option 'gaps' (did you mean gap?)"],
  ]; // prettier-ignore
  it.each(refusals)('refuses %s', async (_, ...refusal) => refused(...refusal));
});
