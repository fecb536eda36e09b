import { expect, it } from 'vitest';
import {
  adam,
  autoencoder,
  classifier,
  dataset,
  dense,
  LatentGpuError,
  loadAutoencoder,
  minMax,
  OptionError,
  standardize,
  type AutoencoderSpec,
} from '../../src/index.ts';
import { readSafetensors } from '../../src/files/safetensors.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

/** Columns of other sizes and places each; the last one never changes. */
const columns = 5;
const rows = (count: number, seed = 1) => {
  const draw = new Draw(seed);
  return Float32Array.from(
    { length: count * columns },
    (_, i) =>
      [draw.floats(1)[0], 100 + 3 * draw.floats(1)[0], 1e-3 * draw.floats(1)[0], -5e4 * draw.floats(1)[0], 7][
        i % columns
      ],
  );
};

/** A model that hands its input on, so that what it does to data can be seen. */
const identity = async (changes: Partial<AutoencoderSpec>) => {
  const model = await makeModel({
    input: columns,
    encoder: [dense(columns, 'linear', { bias: false })],
    decoder: [dense(columns, 'linear', { bias: false })],
    loss: 'mse',
    ...changes,
  });
  const unit = {
    data: Float32Array.from({ length: columns ** 2 }, (_, i) => Number(i % (columns + 1) === 0)),
    shape: [columns, columns],
  };
  return { model, reset: () => model.setWeights({ 'encoder.0.weight': unit, 'decoder.0.weight': unit }) };
};

const column = (data: ArrayLike<number>, j: number) => Array.from(data).filter((_, i) => i % columns === j);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

it('standardize: codes of an identity have mean 0 and deviation 1 in each column, and reconstructions have the units of the data', async () => {
  const { model, reset } = await identity({ normalize: standardize() });
  const data = rows(300);
  await model.fit(data, { steps: 1 });
  reset();
  const { data: codes } = await model.encode(data);
  for (let j = 0; j < columns; j++) {
    expect(Math.abs(mean(column(codes, j)))).toBeLessThan(1e-4);
    expect(deviation(column(codes, j))).toBeCloseTo(j === 4 ? 0 : 1, 3);
  }
  const largest = (j: number) => Math.max(...column(data, j).map(Math.abs));
  const tolerance = (i: number) => 1e-6 * largest(i % columns);
  expectClose((await model.reconstruct(data)).data, data, tolerance);
  expectClose((await model.decode({ data: codes, shape: [300, columns] })).data, data, tolerance);
  expect((await model.evaluate(data)).reconstruction).toBeLessThan(1e-9);
});

it('minMax: codes of an identity lie in [0, 1] on the fitted data, and beyond it elsewhere', async () => {
  const { model, reset } = await identity({ normalize: minMax() });
  const data = rows(300);
  await model.fit(data, { steps: 1 });
  reset();
  const { data: codes } = await model.encode(data);
  for (const j of [0, 1, 2, 3]) {
    const values = column(codes, j);
    expect(Math.min(...values)).toBeCloseTo(0, 6);
    expect(Math.max(...values)).toBeCloseTo(1, 6);
  }
  expect(column(codes, 4).every((value) => value === 0)).toBe(true);
  const far = data.slice(0, columns).map((value) => 2 * value + 500);
  expect((await model.encode(far)).data[1]).toBeGreaterThan(10);
});

it('minMax keeps the targets of bce within [0, 1], also for other data', async () => {
  const { model } = await identity({
    normalize: minMax(),
    loss: 'bce',
    decoder: [dense(columns, 'sigmoid', { bias: false })],
  });
  const data = rows(300);
  const history = await model.fit(data, { epochs: 2, validation: 0.3 });
  expect(history.validation!.every(({ loss }) => Number.isFinite(loss) && loss > 0)).toBe(true);
  const errors = await model.errors(data.map((value) => 1e3 * value));
  expect(errors.every((value) => Number.isFinite(value) && value > 0)).toBe(true);
});

it('is fitted once, on the training part only', async () => {
  const gpu = await sharedGpu();
  const [low, high] = [new Float32Array(40).fill(0), new Float32Array(40).fill(0)];
  for (let i = 0; i < 40; i++) [low[i], high[i]] = [i % 2, 10 * (i % 2)];
  const model = await makeModel({
    input: 1,
    encoder: [dense(1, 'linear', { bias: false })],
    decoder: [dense(1)],
    loss: 'mse',
    normalize: minMax(),
  });
  const set = forThisTest(await dataset(gpu, Float32Array.from([...low, ...high]), { shape: [1] }));
  const before = gpu.counters().readbacks;
  await model.fit(
    set.filter((_, i) => i < 40),
    { steps: 1, validation: high },
  );
  // The statistics, the losses of the epoch, and the validation's.
  expect(gpu.counters().readbacks - before).toBe(3);
  model.setWeights({ 'encoder.0.weight': { data: Float32Array.of(1), shape: [1, 1] } });
  expect((await model.encode(Float32Array.of(0, 1, 10))).data).toEqual(Float32Array.of(0, 1, 10));
  await model.fit(set, { steps: 1 });
  model.setWeights({ 'encoder.0.weight': { data: Float32Array.of(1), shape: [1, 1] } });
  expect((await model.encode(Float32Array.of(10))).data).toEqual(Float32Array.of(10));
});

it('reads bytes as the device does, also in views', async () => {
  const gpu = await sharedGpu();
  const model = await makeModel({
    input: 3,
    encoder: [dense(3, 'linear', { bias: false })],
    decoder: [dense(3)],
    loss: 'mse',
    normalize: minMax(),
  });
  const bytes = Uint8Array.from({ length: 3 * 7 }, (_, i) => (37 * i) % 256);
  const set = forThisTest(await dataset(gpu, bytes, { shape: [3] }));
  const view = set.filter((_, i) => i % 2 === 1);
  await model.fit(view, { steps: 1 });
  const seen = [1, 3, 5].map((row) => [0, 1, 2].map((j) => bytes[3 * row + j] / 255));
  const [least, most] = [Math.min, Math.max].map((pick) => [0, 1, 2].map((j) => pick(...seen.map((row) => row[j]))));
  model.setWeights({ 'encoder.0.weight': { data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), shape: [3, 3] } });
  expectClose(
    (await model.encode(view)).data,
    seen.flatMap((row) => row.map((value, j) => (value - least[j]) / (most[j] - least[j]))),
    1e-6,
  );
});

it('a classifier normalises data like the encoder it was made from', async () => {
  const gpu = await sharedGpu();
  const { model, reset } = await identity({ normalize: standardize() });
  const data = rows(200);
  await model.fit(data, { steps: 1 });
  reset();
  const labels = Uint8Array.from({ length: 200 }, (_, i) => Number(data[columns * i + 3] > -25e3));
  const linear = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 2, freeze: true }));
  expect((await linear.encoder.predict(data)).data).toEqual((await model.encode(data)).data);
  model.dispose();
  await linear.fit(data, labels, { epochs: 40, optimizer: adam(0.05) });
  expect((await linear.evaluate(data, labels)).accuracy).toBeGreaterThan(0.95);
});

/** Seconds and milliseconds since 1970 in float32, beside a sensor, numbers of a device's smallest kind, and a constant far from zero. */
const clocks = (count: number) =>
  Float32Array.from({ length: count * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    return [1.7e9 + row, 1.7e12 + 100 * row, Math.sin(row / 10), row * 1e-42, 16777259][i % columns];
  });

/** Expects zeros, or what a device that keeps subnormal numbers makes of differences between them. */
const expectNothing = (values: readonly number[]) => expect(Math.max(...values.map(Math.abs))).toBeLessThan(2 ** -126);

it.each(['all on the device', 'streamed'])(
  'standardize: clock columns have mean 0 and deviation 1, and nearly constant columns are 0; %s',
  async (where) => {
    const gpu = await sharedGpu();
    const { model, reset } = await identity({ normalize: standardize() });
    const data = clocks(1200);
    const set = forThisTest(
      await dataset(gpu, data, { shape: [columns], deviceBytes: where === 'streamed' ? 4096 : undefined }),
    );
    const history = await model.fit(set, { steps: 1, batchSize: 64 });
    expect(history.loss[0]).toBeLessThan(20);
    reset();
    const look = async (seen: typeof model) => {
      const { data: codes } = await seen.encode(set);
      for (let j = 0; j < columns; j++) {
        const values = column(codes, j);
        if (j > 2) expectNothing(values);
        else {
          // As scikit-learn's StandardScaler on the same float32 values.
          const wanted = column(data, j);
          const [center, scale] = [mean(wanted), deviation(wanted)];
          expectClose(
            values,
            wanted.map((value) => (value - center) / scale),
            2e-6,
          );
          expect(Math.abs(mean(values))).toBeLessThan(2e-6);
          expect(Math.abs(deviation(values) - 1)).toBeLessThan(2e-6);
        }
      }
      expect((await seen.evaluate(set, { batchSize: 64 })).reconstruction).toBeLessThan(1e-9);
      const { data: back } = await seen.reconstruct(set);
      // A float32 of 1.7e12 is told from the next one by 131072, of 1.7e9 by 128.
      expect(column(back, 1)).toEqual(column(data, 1));
      expect(column(back, 0)).toEqual(column(data, 0));
      return codes;
    };
    const codes = await look(model);
    const loaded = forThisTest(await loadAutoencoder(gpu, await model.save()));
    expect(await look(loaded)).toEqual(codes);
  },
);

it('minMax: clock columns span 0 to 1, and nearly constant columns are 0', async () => {
  const { model, reset } = await identity({ normalize: minMax() });
  const data = clocks(1200);
  await model.fit(data, { steps: 1 });
  reset();
  const { data: codes } = await model.encode(data);
  for (let j = 0; j < columns; j++) {
    const [values, wanted] = [column(codes, j), column(data, j)];
    const [least, most] = [Math.min(...wanted), Math.max(...wanted)];
    if (j > 2) expectNothing(values);
    else
      expectClose(
        values,
        wanted.map((value) => (value - least) / (most - least)),
        1e-6,
      );
  }
});

it('a constant column is 0 even if its scale is not a float32', async () => {
  const gpu = await sharedGpu();
  const { model, reset } = await identity({ normalize: standardize() });
  const data = Float32Array.from({ length: 40 * columns }, (_, i) => (i % columns ? 77 : i));
  const set = forThisTest(await dataset(gpu, data, { shape: [columns], scale: 0.1 }));
  await model.fit(set, { steps: 1 });
  reset();
  const { data: codes } = await model.encode(set);
  expect(deviation(column(codes, 0))).toBeCloseTo(1, 5);
  for (const j of [1, 2, 3, 4]) expect(column(codes, j).every((value) => value === 0)).toBe(true);
});

it('the rest of a shift is saved for clock columns, and not for ordinary ones', async () => {
  const spec = async (data: Float32Array) => {
    const { model } = await identity({ normalize: standardize() });
    await model.fit(data, { steps: 1 });
    const bytes = await model.save();
    const { spec: written } = JSON.parse(readSafetensors(bytes).metadata.latentgpu) as {
      spec: { normalize: { fitted: Record<string, number[]> } };
    };
    return written.normalize.fitted;
  };
  expect(Object.keys(await spec(rows(300)))).toEqual(['shift', 'spread']);
  const { shift, rest, spread } = await spec(clocks(300));
  const seconds = column(clocks(300), 0);
  expect(shift[0] + rest[0]).toBeCloseTo(mean(seconds), 5);
  expect(spread[0]).toBeCloseTo(deviation(seconds), 4);
});

it('a refused fit does not fit it', async () => {
  const gpu = await sharedGpu();
  const { model } = await identity({ normalize: minMax() });
  const streamed = forThisTest(await dataset(gpu, rows(300), { shape: [columns], deviceBytes: 1024 }));
  expect((await errorOf(model.fit(streamed, { steps: 1, batchSize: 100 }))).message).toMatch(/fit: a batch of 100/);
  expect((await errorOf(model.encode(rows(1)))).message).toMatch(/call fit\(\) first/);
});

it('a column whose range exceeds float32 is a DataError', async () => {
  const { model } = await identity({ normalize: minMax() });
  const data = rows(10);
  [data[1], data[columns + 1]] = [-3e38, 3e38];
  expect((await errorOf(model.fit(data, { steps: 1 }))).message).toMatch(/minMax: column 1 goes from/);
});

it('explains errors: not fitted yet, values outside [0, 1] as probabilities, not a normalisation', async () => {
  const gpu = await sharedGpu();
  const { model } = await identity({ normalize: standardize() });
  await expectRefused(LatentGpuError, /standardize: is not fitted yet/, model.encode(rows(1)));
  const spec = { input: 5, encoder: [dense(2)], decoder: [dense(5, 'sigmoid')], loss: 'bce' } as const;
  expect(
    (
      await errorOf(
        autoencoder(gpu, { ...spec, encoder: [...spec.encoder], decoder: [...spec.decoder], normalize: standardize() }),
      )
    ).message,
  ).toMatch(/use minMax\(\)/);
  expect(
    await errorOf(
      autoencoder(gpu, {
        ...spec,
        encoder: [...spec.encoder],
        decoder: [...spec.decoder],
        normalize: 'minMax' as never,
      }),
    ),
  ).toBeInstanceOf(OptionError);
});
