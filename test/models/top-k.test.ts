import { describe, expect, it } from 'vitest';
import {
  adam, autoencoder, dense, OptionError, residual, ShapeError, topK, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { forward } from '../reference/layers.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectTheStepBefore } from '../support/lasting.ts';
import { bits, errorOf, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { batchOf, expectTenSteps } from '../support/ten-steps.ts';

const data = new Draw(7).floats(6 * 20, 0, 1);
const sparse = (batch: boolean, changes: Partial<AutoencoderSpec> = {}): AutoencoderSpec => ({
  input: 6,
  encoder: [dense(15, 'relu'), topK(3, { batch })],
  decoder: [dense(6)],
  loss: 'mse',
  ...changes,
});

describe.each([false, true])('topK, of a batch: %s', (batch) => {
  it(
    'takes the first ten Adam steps as float64 does, to 1e-5, the threshold too',
    () => expectTenSteps({ input: [5], encoder: [dense(9, 'tanh'), topK(2, { batch })], decoder: [dense(5)] }),
    120_000,
  );

  it('makes the same codes as float64, and the same results', async () => {
    const model = await makeModel(sparse(batch));
    await model.fit(data, { epochs: 3, batchSize: 8 });
    const before = await bits(model);
    const weights = inFloat64(await model.weights());
    const { encoder, decoder } = sparse(batch);
    const code = forward(encoder, 'encoder', weights, batchOf(data, [6], [...Array(20).keys()]));
    const y = forward(decoder, 'decoder', weights, code);
    const codes = await model.encode(data);
    expect(codes.shape).toEqual([20, 15]);
    expectClose(codes.data, code.data, 1e-5);
    expectClose((await model.reconstruct(data)).data, y.data, 1e-5);
    const { reconstruction } = await model.evaluate(data, { batchSize: 3 });
    expect(reconstruction).toBeCloseTo(y.data.reduce((sum, v, i) => sum + (v - data[i]) ** 2, 0) / y.data.length, 5);
    const most = Array.from({ length: 20 }, (_, r) => codes.data.subarray(15 * r, 15 * r + 15).filter(Boolean).length);
    if (batch) expect(Math.min(...most)).toBeLessThan(Math.max(...most));
    else expect(Math.max(...most)).toBe(3);
    expect(await bits(model)).toEqual(before);
  });
});

describe('the threshold of topK of a batch', () => {
  it('is counted as a parameter, is not trained, and can be set', async () => {
    const model = await makeModel(sparse(true));
    expect(model.describe()[1].parameters).toBe(0);
    const names = Object.keys(await model.weights()).filter((name) => name.startsWith('encoder.1'));
    expect(names).toEqual(['encoder.1.threshold', 'encoder.1.num_batches_tracked']);
    await model.fit(data, { steps: 4, batchSize: 8 });
    const trained = await model.weights();
    expect(trained['encoder.1.num_batches_tracked']).toEqual({ data: Float32Array.of(4), shape: [] });
    expect(trained['encoder.1.threshold'].data[0]).toBeGreaterThan(0);
    model.setWeights({ 'encoder.1.threshold': { data: Float32Array.of(100), shape: [] } });
    expect((await model.encode(data)).data.some(Boolean)).toBe(false);
  });

  it('is that of the step before after a divergence', async () => {
    await expectTheStepBefore(() => makeModel(sparse(true)), data, { epochs: 9 });
  });
});

describe('topK refuses', () => {
  it.each<[string, Partial<AutoencoderSpec>, typeof OptionError | typeof ShapeError, RegExp]>([
    ['fewer numbers than it keeps', { encoder: [dense(2), topK(3)] }, ShapeError, /^topK: k = 3 needs a code of 3 to 65536 numbers, not of 2$/],
    ['images', { input: [2, 3, 1], encoder: [topK(3)], decoder: [dense(6)] }, ShapeError, /^topK: takes flat features, not \[2, 3, 1\]$/],
    ['a place before the last', { encoder: [topK(3), dense(4)] }, OptionError, /topK is the code/],
    ['a place in the decoder', { encoder: [dense(4)], decoder: [topK(3), dense(6)] }, OptionError, /topK is the code/],
    ['weights that are tied, beside a threshold', { ...sparse(true), tied: true }, OptionError, /tied weights take dense layers, not topK/],
  ])('%s', async (_, changes, kind, message) => {
    await expectRefused(kind, message, autoencoder(await sharedGpu(), sparse(false, changes)));
  }); // prettier-ignore

  it('a place in a residual', () =>
    expect(() => residual([topK(3)])).toThrow(/topK can only be the last layer of an autoencoder's encoder/));
});

it('gives the same bits each time, also for a code many times as wide as k', async () => {
  const found = [];
  for (const frameBudgetMs of [1, 50]) {
    const model = await makeModel(sparse(false, { encoder: [dense(100, 'relu'), topK(3)] }));
    await model.fit(data, { epochs: 4, batchSize: 8, frameBudgetMs });
    found.push(await bits(model));
  }
  expect(found[0]).toEqual(found[1]);
});

it('works with tied weights, and not with pretraining', async () => {
  const model = await makeModel(sparse(false, { tied: true }));
  expect(await errorOf(model.pretrain(data, { epochs: 3, batchSize: 5 }))).toEqual(
    new OptionError('pretrain: takes dense layers, not topK'),
  );
  const { loss } = await model.fit(data, { epochs: 5, batchSize: 5, optimizer: adam(1e-2) });
  expect(loss[19]).toBeLessThan(loss[0]);
});
