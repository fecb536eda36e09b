import { describe, expect, it } from 'vitest';
import { dataset, dense, gaussian, OptionError } from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, makeModel, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);
const variational = () => smallModel({ encoder: [dense(8, 'relu'), gaussian(2)] });

describe('a Gaussian code', () => {
  it('uses 17 dispatches for a step after a hidden layer', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({
      input: 12,
      encoder: [dense(8, 'relu'), gaussian(2)],
      decoder: [dense(8, 'relu'), dense(12, 'sigmoid')],
      loss: 'bce',
    });
    const set = forThisTest(await dataset(gpu, data(16), { shape: [12] }));
    const before = gpu.counters().dispatches;
    await model.fit(set, { epochs: 1, batchSize: 4 });
    expect(gpu.counters().dispatches - before).toBe(4 * 17 + 1);
  });

  it('has the names of its two heads, and encode and reconstruct use its mean', async () => {
    const model = await variational();
    const weights = await model.weights();
    expect(Object.keys(weights)).toEqual([
      'encoder.0.weight', 'encoder.0.bias', 'encoder.1.mean.weight', 'encoder.1.logvar.weight', 'encoder.1.mean.bias', 'encoder.1.logvar.bias',
      'decoder.0.weight', 'decoder.0.bias',
    ]); // prettier-ignore
    const { mean, logvar } = await model.posterior(data(5));
    expect([mean.shape, logvar.shape]).toEqual([
      [5, 2],
      [5, 2],
    ]);
    expect(await model.encode(data(5))).toEqual(mean);
    expect(await model.reconstruct(data(5))).toEqual(await model.decode(mean));
    model.setWeights({
      'encoder.1.logvar.weight': { data: new Float32Array(16), shape: [2, 8] },
      'encoder.1.logvar.bias': { data: Float32Array.of(3, -4), shape: [2] },
    });
    expect([...(await model.posterior(data(2))).logvar.data]).toEqual([3, -4, 3, -4]);
  });

  it('gives the same samples with a seed, and others without', async () => {
    const model = await variational();
    const once = await model.sample(3, { seed: 5 });
    expect(once.shape).toEqual([3, 12]);
    expect(await model.sample(3, { seed: 5 })).toEqual(once);
    expect(await model.sample(3, { seed: 6 })).not.toEqual(once);
    expect(await model.sample(3)).not.toEqual(await model.sample(3));
  });

  it('interpolates along the great circle by default', async () => {
    const model = await variational();
    const [from, to] = [data(1, 3), data(1, 4)];
    const path = await model.interpolate(from, to, 5);
    expect(await model.interpolate(from, to, 5, { path: 'spherical' })).toEqual(path);
    expect(await model.interpolate(from, to, 5, { path: 'linear' })).not.toEqual(path);
    // No circle leads from a code to itself: it stays where it is.
    const still = await model.interpolate(from, from, 3);
    const { data: there } = await model.decode(await model.encode(from));
    expect(still.data).toEqual(Float32Array.of(...there, ...there, ...there));
  });

  it('is drawn by the seed of evaluate', async () => {
    const model = await variational();
    const first = await model.evaluate(data(8));
    expect(await model.evaluate(data(8))).toEqual(first);
    expect((await model.evaluate(data(8), { seed: 9 })).reconstruction).not.toBe(first.reconstruction);
  });

  it('is needed for samples and posteriors', async () => {
    const model = await smallModel();
    expect(await errorOf(model.sample(1))).toBeInstanceOf(OptionError);
    expect(await errorOf(model.posterior(data(1)))).toBeInstanceOf(OptionError);
  });
});
