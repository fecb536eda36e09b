/** Windows that are gathered from one copy of their series: the same bits as those cut beforehand. */
import { describe, expect, it } from 'vitest';
import { adam, adversarial, autoencoder, classifier, conv1d, convTranspose1d, dataset, deadLatents, dense, gaussian, maskNoise, minMax, series, standardize, timeline, topK, type Autoencoder, type Dataset, type Gpu } from '../../src/index.ts'; // prettier-ignore
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu, withSmallBuffers } from '../support/gpu.ts';
import { bits, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

interface Lie {
  length: number;
  stride?: number;
  channels?: number;
}

/** The windows of a series, cut on this side: each with all its values. */
function cut(values: Float32Array, { length, stride = 1, channels = 1 }: Lie): Float32Array {
  const windows: number[][] = [];
  for (let at = 0; at + length * channels <= values.length; at += stride * channels)
    windows.push([...values.subarray(at, at + length * channels)]);
  return Float32Array.from(windows.flat());
}

/** A model whose reconstruction is what came in: each value by itself, times 1. */
async function mirror(gpu: Gpu, [length, channels]: readonly number[]) {
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

const lies: Lie[] = [
  { length: 1 },
  { length: 5 },
  { length: 7, stride: 3 },
  { length: 8, stride: 4 },
  { length: 3, stride: 8 },
  { length: 4, stride: 5, channels: 4 },
  { length: 13, stride: 2, channels: 3 },
  { length: 65, stride: 64, channels: 2 },
  { length: 33, stride: 33 },
  { length: 400 },
];

describe.each(lies)('windows of %o', (lie) => {
  it('equal windows cut beforehand, bit for bit, also in views, and use the memory of one copy', async () => {
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
  });
});

const spec = { loss: 'mse', normalize: standardize(), seed: 4 } as const;
const convolutional = (gpu: Gpu) =>
  autoencoder(gpu, {
    ...spec,
    input: [12, 2],
    encoder: [conv1d(6, 5, 'relu', { stride: 2, padding: 'same' })],
    decoder: [convTranspose1d(2, 4, 'linear', { stride: 2, padding: 1 })],
  });
const flat = (gpu: Gpu) =>
  autoencoder(gpu, { ...spec, input: 24, encoder: [dense(6, 'relu')], decoder: [dense(24, 'linear')] });

describe.each([
  ['conv1d', convolutional],
  ['dense', flat],
])('a model of %s', (_, model) => {
  /** Its weights and what it says after a few shuffled epochs, with some windows held out. */
  async function trained(gpu: Gpu, set: Dataset) {
    const made = forThisTest(await model(gpu));
    const training = set.filter((_, i) => i < 60);
    const validation = set.filter((_, i) => i >= 72);
    const options = { epochs: 3, batchSize: 16, optimizer: adam(1e-2), validation };
    const history = await made.fit(training, options);
    const result = { loss: history.loss, validation: history.validation, bits: await bits(made), errors: await made.errors(set) }; // prettier-ignore
    return result;
  }
  const values = new Draw(7).floats(2 * 900, -3, 5);
  const lie = { length: 12, stride: 2, channels: 2 };
  /** All on the device, and as much of it as are two batches. */
  const lying = [undefined, 32 * 24 * 4];

  it.each(lying)('trains on a series to the same bits as on its windows, deviceBytes %s', async (deviceBytes) => {
    const gpu = await sharedGpu();
    const cuts = forThisTest(await dataset(gpu, cut(values, lie), { shape: [12, 2], deviceBytes }));
    const windows = forThisTest(await series(gpu, values, { ...lie, deviceBytes }));
    expect(windows.storage.pieces.length).toBe(deviceBytes ? 0 : 1);
    const result = await trained(gpu, windows);
    expect(result).toEqual(await trained(gpu, cuts));
    expect(timeline(result.errors, windows).length).toBe(900);
  });
});

it('a series larger than one buffer gives the same windows', async () => {
  const gpu = await withSmallBuffers(65536);
  const values = new Draw(5).floats(40_000, -1, 1);
  const lie = { length: 32, stride: 8 };
  const windows = await series(gpu, values, lie);
  expect(windows.storage.pieces.length).toBe(3);
  const model = await mirror(gpu, windows.shape);
  expect((await model.reconstruct(windows)).data).toEqual(cut(values, lie));
  gpu.close();
});

describe('a series with blanks', () => {
  const lie = { length: 8, stride: 2, channels: 2 };
  /** A log with short gaps, and one in which all is missing for more than a window. */
  function log(): Float32Array {
    const values = new Draw(3).floats(2 * 300, 4, 9);
    const chance = new Draw(4).floats(2 * 300);
    return values.map((value, i) => (chance[i] < 0.1 || (i > 400 && i < 424) ? NaN : value));
  }
  const encoder = () => [dense(6, 'tanh')];
  const members: [string, (gpu: Gpu) => Promise<Autoencoder>][] = [
    ['mse', (gpu) => autoencoder(gpu, { input: [8, 2], seed: 1, encoder: [conv1d(3, 3, 'tanh', { padding: 'same' })], decoder: [conv1d(2, 3, 'linear', { padding: 'same' })], loss: 'mse' })],
    ['standardize', (gpu) => autoencoder(gpu, { input: 16, seed: 1, encoder: encoder(), decoder: [dense(16)], loss: 'mse', normalize: standardize(), corrupt: maskNoise(0.2) })],
    ['bce', (gpu) => autoencoder(gpu, { input: 16, seed: 1, encoder: encoder(), decoder: [dense(16, 'sigmoid')], loss: 'bce', normalize: minMax() })],
    ['a Gaussian code', (gpu) => autoencoder(gpu, { input: 16, seed: 1, encoder: [dense(6, 'tanh'), gaussian(3)], decoder: [dense(16)], loss: 'mse', normalize: standardize() })],
  ]; // prettier-ignore

  it.each(members)('has no loss at blanks: %s', async (_, make) => {
    const gpu = await sharedGpu();
    const values = log();
    const windows = forThisTest(await series(gpu, values, lie));
    const streamed = forThisTest(await series(gpu, values, { ...lie, deviceBytes: 32 * 16 * 4 }));
    const [model, twin] = [forThisTest(await make(gpu)), forThisTest(await make(gpu))];
    const options = { epochs: 2, batchSize: 16, validation: 0.1 };
    const history = await model.fit(windows, options);
    expect(await twin.fit(streamed, options)).toMatchObject({ loss: history.loss, validation: history.validation });
    expect(await bits(model)).toEqual(await bits(twin));
    for (const loss of history.loss) expect(Number.isFinite(loss)).toBe(true);
    const each = await model.errors(windows, { perFeature: true });
    const cuts = cut(values, lie);
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
  });

  it('trains nothing at blanks, also layer by layer', async () => {
    const gpu = await sharedGpu();
    const windows = forThisTest(await series(gpu, log(), lie));
    const model = await makeModel({ input: 16, encoder: [dense(8, 'tanh'), dense(4)], decoder: [dense(8, 'tanh'), dense(16)], loss: 'mse', normalize: standardize() }); // prettier-ignore
    const stages = await model.pretrain(windows, { epochs: 2, batchSize: 16 });
    const [first] = stages[0].epochs;
    expect(stages.length).toBe(2);
    // Standardised values have a variance of 1: blanks would be worth 10³⁸ squared.
    expect(first.reconstruction).toBeLessThan(5);
  });

  it('is refused by models that need all values', async () => {
    const gpu = await sharedGpu();
    const windows = forThisTest(await series(gpu, log(), lie));
    const halves = { input: 16, decoder: [dense(16)], loss: 'mse' as const };
    const models = [
      await autoencoder(gpu, { ...halves, encoder: [dense(4)], penalty: adversarial([dense(4, 'relu')]) }),
      await autoencoder(gpu, { ...halves, encoder: [gaussian(2, { samples: 3 })] }),
      await autoencoder(gpu, { ...halves, encoder: [dense(32), topK(4)], penalty: [deadLatents()] }),
    ];
    for (const model of models.map(forThisTest))
      await expect(model.fit(windows, { steps: 1 })).rejects.toThrow(/fit: the windows have blanks/);
    const plain = await makeModel({ ...halves, encoder: [gaussian(2)] });
    await plain.fit(windows, { steps: 1 });
    await expect(plain.logLikelihood(windows)).rejects.toThrow(/logLikelihood: the windows have blanks/);
    const classes = forThisTest(await classifier(gpu, { encoder: plain.encoder, classes: 2 }));
    const labels = Array.from({ length: windows.length }, (_, i) => i % 2);
    await expect(classes.fit(windows, labels, { steps: 1 })).rejects.toThrow(/fit: the windows have blanks/);
  });
});
