import { describe, expect, it } from 'vitest';
import {
  activation, adam, batchNorm, classifier, conv2d, dense, DivergedError, flatten, gan, OptionError, reshape, residual, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { forward } from '../reference/layers.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectTheBestEpoch, expectTheStepBefore } from '../support/lasting.ts';
import { bits, errorOf, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { batchOf, expectTenSteps } from '../support/ten-steps.ts';

const bias = false;
const models: Record<string, Pick<AutoencoderSpec, 'encoder' | 'decoder'> & { input: number[] }> = {
  'features': {
    input: [5],
    encoder: [dense(4, 'linear', { bias }), batchNorm(), activation('tanh'), dense(3, 'tanh')],
    decoder: [dense(5), residual([batchNorm({ momentum: 0.3, epsilon: 0.01 }), dense(5, 'tanh')])],
  },
  'images, and what was one': {
    input: [3, 2, 2],
    encoder: [conv2d(3, [2, 1], 'linear', { bias }), batchNorm(), activation('tanh'), flatten(), batchNorm(), dense(4, 'tanh')],
    decoder: [dense(12, 'linear', { bias }), batchNorm(), reshape([3, 2, 2])],
  },
}; // prettier-ignore

const data = new Draw(7).floats(6 * 20, 0, 1);
const small = (changes: Partial<AutoencoderSpec> = {}): AutoencoderSpec => ({
  input: 6,
  encoder: [dense(5, 'linear', { bias }), batchNorm(), activation('relu'), dense(3)],
  decoder: [dense(6)],
  loss: 'mse',
  ...changes,
});

it.each(Object.entries(models))(
  '%s: takes the first ten Adam steps as float64 does, to 1e-5, running statistics too',
  (_, model) => expectTenSteps(model),
  120_000,
);

it('uses the running statistics outside of training', async () => {
  const { input, encoder, decoder } = models['images, and what was one'];
  const model = await makeModel({ input: [3, 2, 2], encoder, decoder, loss: 'mse' });
  const images = new Draw(2).floats(12 * 9, 0, 1);
  await model.fit(images, { epochs: 3, batchSize: 3 });
  const before = await bits(model);
  const x = batchOf(images, input, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const weights = inFloat64(await model.weights());
  const code = forward(encoder, 'encoder', weights, x);
  const y = forward(decoder, 'decoder', weights, code);
  expectClose((await model.encode(images)).data, code.data, 1e-5);
  expectClose((await model.reconstruct(images)).data, y.data, 1e-5);
  const { loss } = await model.evaluate(images, { batchSize: 2 });
  expect(loss).toBeCloseTo(y.data.reduce((sum, v, i) => sum + (v - x.data[i]) ** 2, 0) / y.data.length, 5);
  expect(await bits(model)).toEqual(before);
});

it('has PyTorch’s names, shapes and first values, and counts the trained parameters', async () => {
  const model = await makeModel(small());
  const weights = await model.weights();
  expect(
    Object.keys(weights)
      .filter((name) => name.startsWith('encoder.1'))
      .sort(),
  ).toEqual(
    ['bias', 'num_batches_tracked', 'running_mean', 'running_var', 'weight'].map((name) => `encoder.1.${name}`),
  );
  expect(weights['encoder.1.running_var']).toEqual({ data: new Float32Array(5).fill(1), shape: [5] });
  expect(weights['encoder.1.num_batches_tracked']).toEqual({ data: new Float32Array(1), shape: [] });
  expect(model.describe()[1].parameters).toBe(10);
  await model.fit(data, { steps: 4, batchSize: 8 });
  expect((await model.weights())['encoder.1.num_batches_tracked'].data[0]).toBe(4);
  model.setWeights({ 'encoder.1.num_batches_tracked': { data: Float32Array.of(9), shape: [] } });
  expect((await model.weights())['encoder.1.num_batches_tracked'].data[0]).toBe(9);
});

it('restores the running statistics of the best epoch', async () => {
  const options = { epochs: 12, validation: data.subarray(0, 36), batchSize: 8, optimizer: adam(0.3) };
  await expectTheBestEpoch(() => makeModel(small()), data, options);
});

describe('after a divergence', () => {
  it('has the running statistics of the step before', async () => {
    await expectTheStepBefore(() => makeModel(small()), data, { epochs: 3 });
  });

  it.each(['discriminator', 'generator'])('of the %s of a GAN', async (phase) => {
    const model = await gan(await sharedGpu(), {
      code: 3,
      generator: [dense(5), batchNorm(), activation('relu'), dense(6)],
      discriminator: [dense(4, 'leakyRelu')],
    });
    forThisTest(model);
    const all = (size: number, value: number) => new Float32Array(size).fill(value);
    model.setWeights({
      'discriminator.0.weight': { data: all(24, 1), shape: [4, 6] },
      // So steep that a gradient through it is bad.
      'discriminator.1.weight': { data: all(4, 1e21), shape: [1, 4] },
      // Where it never errs, the discriminator has no gradient; the generator has.
      'generator.3.bias': { data: all(6, phase === 'generator' ? -100 : 100), shape: [6] },
    });
    const before = await bits(model);
    const error = (await errorOf(model.fit(data, { batchSize: 10, epochs: 1 }))) as DivergedError;
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.message).toContain(phase);
    expect(error.step).toBe(1);
    expect(await bits(model)).toEqual(before);
  });
});

it('refuses, before the first dispatch, a batch of one row with one place, also as the last of an epoch', async () => {
  const gpu = await sharedGpu();
  const model = await makeModel(small());
  const before = await bits(model);
  for (const options of [{ batchSize: 1 }, { batchSize: 19 }]) {
    const { dispatches } = gpu.counters();
    await expectRefused(
      OptionError,
      /^batchNorm: a batch of one row has no variance; take a batchSize of 2/,
      model.fit(data, { epochs: 1, ...options }),
    );
    expect(gpu.counters().dispatches).toBe(dispatches);
  }
  expect(await bits(model)).toEqual(before);
  await model.fit(data, { epochs: 1, batchSize: 18 });
  const { encoder, decoder } = models['images, and what was one'];
  const places = { encoder: encoder.slice(0, 4), decoder: [dense(12), reshape([3, 2, 2])] };
  const images = await makeModel({ input: [3, 2, 2], ...places, loss: 'mse' });
  await images.fit(new Float32Array(12 * 3), { epochs: 1, batchSize: 1 });
  expect((await images.weights())['encoder.1.num_batches_tracked'].data[0]).toBe(3);
  expect(decoder.length).toBe(3);
});

it('does not change in a frozen encoder, and changes in a trained one', async () => {
  const gpu = await sharedGpu();
  const model = await makeModel(small());
  await model.fit(data, { steps: 3, batchSize: 8 });
  const labels = Array.from({ length: 20 }, (_, i) => i % 2);
  for (const freeze of [true, false]) {
    const made = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 2, freeze }));
    await made.fit(data, labels, { steps: 2, batchSize: 8 });
    expect((await made.weights())['encoder.1.num_batches_tracked'].data[0]).toBe(freeze ? 3 : 5);
  }
});
