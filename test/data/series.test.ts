/** Windows that are gathered from one copy of their series: the same bits as those cut beforehand. */
import { describe, expect, it } from 'vitest';
import { adam, adversarial, autoencoder, classifier, conv1d, convTranspose1d, dataset, deadLatents, dense, gaussian, series, standardize, timeline, topK, type Autoencoder, type Dataset, type Gpu } from '../../src/index.ts'; // prettier-ignore
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu, withSmallBuffers } from '../support/gpu.ts';
import { bits, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { cut, expectNoLossAtBlanks, expectWindows, lieOfLog, log, mirror, type Lie } from '../support/series.ts';

const lies: Lie[] = [
  { length: 1 },
  { length: 7, stride: 3 },
  { length: 3, stride: 8 },
  { length: 4, stride: 5, channels: 4 },
  { length: 13, stride: 2, channels: 3 },
  { length: 400 },
];

describe.each(lies)('windows of %o', (lie) => {
  it('equal windows cut beforehand, bit for bit, also in views, and use the memory of one copy', () =>
    expectWindows(lie));
});

const spec = { loss: 'mse', normalize: standardize(), seed: 4 } as const;
const halves = {
  encoder: [conv1d(6, 5, 'relu', { stride: 2, padding: 'same' })],
  decoder: [convTranspose1d(2, 4, 'linear', { stride: 2, padding: 1 })],
};
const convolutional = (gpu: Gpu) => autoencoder(gpu, { ...spec, input: [12, 2], ...halves });
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
  const members: [string, (gpu: Gpu) => Promise<Autoencoder>][] = [
    ['mse', (gpu) => autoencoder(gpu, { input: [8, 2], seed: 1, ...halves, loss: 'mse' })],
    ['a Gaussian code', (gpu) => autoencoder(gpu, { input: 16, seed: 1, encoder: [dense(6, 'tanh'), gaussian(3)], decoder: [dense(16)], loss: 'mse', normalize: standardize() })],
  ]; // prettier-ignore

  it.each(members)('has no loss at blanks: %s', (_, make) => expectNoLossAtBlanks(make));

  it('trains nothing at blanks, also layer by layer', async () => {
    const gpu = await sharedGpu();
    const windows = forThisTest(await series(gpu, log(), lieOfLog));
    const model = await makeModel({ input: 16, encoder: [dense(8, 'tanh'), dense(4)], decoder: [dense(8, 'tanh'), dense(16)], loss: 'mse', normalize: standardize() }); // prettier-ignore
    const stages = await model.pretrain(windows, { epochs: 2, batchSize: 16 });
    const [first] = stages[0].epochs;
    expect(stages.length).toBe(2);
    // Standardised values have a variance of 1: blanks would be worth 10³⁸ squared.
    expect(first.reconstruction).toBeLessThan(5);
  });

  it('is refused by models that need all values', async () => {
    const gpu = await sharedGpu();
    const windows = forThisTest(await series(gpu, log(), lieOfLog));
    const rest = { input: 16, decoder: [dense(16)], loss: 'mse' as const };
    const models = [
      await autoencoder(gpu, { ...rest, encoder: [dense(4)], penalty: adversarial([dense(4, 'relu')]) }),
      await autoencoder(gpu, { ...rest, encoder: [gaussian(2, { samples: 3 })] }),
      await autoencoder(gpu, { ...rest, encoder: [dense(32), topK(4)], penalty: [deadLatents()] }),
    ];
    for (const model of models.map(forThisTest))
      await expect(model.fit(windows, { steps: 1 })).rejects.toThrow(/fit: the windows have blanks/);
    const plain = await makeModel({ ...rest, encoder: [gaussian(2)] });
    await plain.fit(windows, { steps: 1 });
    await expect(plain.logLikelihood(windows)).rejects.toThrow(/logLikelihood: the windows have blanks/);
    const classes = forThisTest(await classifier(gpu, { encoder: plain.encoder, classes: 2 }));
    const labels = Array.from({ length: windows.length }, (_, i) => i % 2);
    await expect(classes.fit(windows, labels, { steps: 1 })).rejects.toThrow(/fit: the windows have blanks/);
  });
});
