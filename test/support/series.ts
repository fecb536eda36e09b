/** What the tests of windows of a series have in common. */
import { expect } from 'vitest';
import { autoencoder, conv1d, series, timeline, type Autoencoder, type Gpu } from '../../src/index.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';
import { bits } from './model.ts';
import { Draw } from './random.ts';

export interface Lie {
  length: number;
  stride?: number;
  channels?: number;
}

/** The windows of a series, cut on this side: each with all its values. */
export function cut(values: Float32Array, { length, stride = 1, channels = 1 }: Lie): Float32Array {
  const windows: number[][] = [];
  for (let at = 0; at + length * channels <= values.length; at += stride * channels)
    windows.push([...values.subarray(at, at + length * channels)]);
  return Float32Array.from(windows.flat());
}

/** A model whose reconstruction is what came in: each value by itself, times 1. */
export async function mirror(gpu: Gpu, [length, channels]: readonly number[]) {
  const model = await autoencoder(gpu, {
    input: [length, channels],
    encoder: [conv1d(channels, 1, 'linear', { bias: false })],
    decoder: [conv1d(channels, 1, 'linear', { bias: false })],
    loss: 'mse',
  });
  forThisTest(model);
  const identity = Float32Array.from({ length: channels ** 2 }, (_, i) => (i % (channels + 1) ? 0 : 1));
  const weight = { data: identity, shape: [channels, channels, 1] };
  model.setWeights({ 'encoder.0.weight': weight, 'decoder.0.weight': weight });
  return model;
}

/** Windows equal those cut beforehand, bit for bit, also in views, and use the memory of one copy. */
export async function expectWindows(lie: Lie): Promise<void> {
  const gpu = await sharedGpu();
  const values = new Draw(lie.length).floats(400 * (lie.channels ?? 1), -9, 9);
  const before = gpu.memory().bytes;
  const windows = await series(gpu, values, lie);
  // Buffers are cut in steps of 256 bytes.
  expect(gpu.memory().bytes - before).toBeLessThanOrEqual(256 * Math.ceil(values.byteLength / 256));
  const expected = cut(values, lie);
  const size = windows.features;
  expect(expected.length).toBe(windows.length * size);
  const model = await mirror(gpu, windows.shape);
  expect(await model.reconstruct(windows)).toEqual({ data: expected, shape: [windows.length, ...windows.shape] });
  if (windows.length > 2) {
    const [some] = windows.split(0.4, { seed: 3 });
    const rows = [...some.indices].flatMap((n) => [...expected.subarray(n * size, (n + 1) * size)]);
    expect((await model.reconstruct(some)).data).toEqual(Float32Array.from(rows));
  }
  windows.dispose();
  model.dispose();
  expect(gpu.memory().bytes).toBe(before);
}

/** Windows of `log`. */
export const lieOfLog = { length: 8, stride: 2, channels: 2 };

/** A log with short gaps, and one in which all is missing for more than a window. */
export function log(): Float32Array {
  const values = new Draw(3).floats(2 * 300, 4, 9);
  const chance = new Draw(4).floats(2 * 300);
  return values.map((value, i) => (chance[i] < 0.1 || (i > 400 && i < 424) ? NaN : value));
}

/** A model has no loss at blanks, whether all data are on the device or streamed. */
export async function expectNoLossAtBlanks(make: (gpu: Gpu) => Promise<Autoencoder>): Promise<void> {
  const gpu = await sharedGpu();
  const values = log();
  const windows = forThisTest(await series(gpu, values, lieOfLog));
  const streamed = forThisTest(await series(gpu, values, { ...lieOfLog, deviceBytes: 32 * 16 * 4 }));
  const [model, twin] = [forThisTest(await make(gpu)), forThisTest(await make(gpu))];
  const options = { epochs: 2, batchSize: 16, validation: 0.1 };
  const history = await model.fit(windows, options);
  expect(await twin.fit(streamed, options)).toMatchObject({ loss: history.loss, validation: history.validation });
  expect(await bits(model)).toEqual(await bits(twin));
  for (const loss of history.loss) expect(Number.isFinite(loss)).toBe(true);
  const each = await model.errors(windows, { perFeature: true });
  const cuts = cut(values, lieOfLog);
  expect(Array.from(each, Number.isNaN)).toEqual(Array.from(cuts, Number.isNaN));
  const whole = await model.errors(windows);
  const mean = !model.encoder.layers.some(({ code }) => code);
  whole.forEach((score, n) => {
    const there = each.subarray(16 * n, 16 * (n + 1)).filter((value) => !Number.isNaN(value));
    const sum = there.reduce((total, value) => total + value, 0);
    expect(Math.abs(score - (mean ? sum / Math.max(1, there.length) : sum))).toBeLessThan(1e-5 * (1 + score));
  });
  expect(whole.includes(0)).toBe(true);
  // What is said of the steps that nothing is known of.
  const line = timeline(each, windows);
  for (let step = 0; step < 290; step++)
    expect(Number.isNaN(line[step])).toBe(Number.isNaN(values[2 * step]) && Number.isNaN(values[2 * step + 1]));
  const { data } = await model.reconstruct(windows);
  expect(data.every(Number.isFinite)).toBe(true);
}
