import { describe, expect, it } from 'vitest';
import {
  adam, autoencoder, conv2d, dense, flatten, OptionError, reshape, sgd, sparsity, topK, unitNorm, type AutoencoderSpec, type Matrix,
} from '../../src/index.ts'; // prettier-ignore
import { inFloat64 } from '../support/by-differences.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectTheStepBefore } from '../support/lasting.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { forward, type Weights } from '../reference/layers.ts';
import { Optimizer } from '../reference/optimizer.ts';
import { batchOf } from '../support/ten-steps.ts';
import { differences } from '../support/gradient.ts';

const data = new Draw(7).floats(6 * 20, 0, 1);
const spec = (changes: Partial<AutoencoderSpec> = {}): AutoencoderSpec => ({
  input: 6,
  encoder: [dense(15, 'tanh'), topK(3)],
  decoder: [dense(6)],
  loss: 'mse',
  penalty: unitNorm(),
  ...changes,
});

const norms = ({ data: values, shape: [, columns] }: Matrix): number[] =>
  Array.from({ length: columns }, (_, j) => Math.hypot(...values.filter((_, i) => i % columns === j)));

const expectUnit = (weights: Record<string, Matrix>) => {
  for (const norm of norms(weights['decoder.0.weight'])) expect(Math.abs(norm - 1)).toBeLessThan(1e-6);
};

it('keeps the columns of the decoder at length 1 from the start, and lowers the loss', async () => {
  for (const encoder of [spec().encoder, [dense(60, 'relu'), topK(3)]]) {
    const model = await makeModel(spec({ encoder, penalty: [unitNorm(), sparsity(1e-6)] }));
    expectUnit(await model.weights());
    const { loss } = await model.fit(data, { epochs: 20, batchSize: 8, optimizer: adam(1e-2) });
    expectUnit(await model.weights());
    expect(loss.at(-1)).toBeLessThan(loss[0]);
  }
});

it('takes steps as float64 does, to 1e-5', async () => {
  const { encoder, decoder } = spec();
  const model = await makeModel(spec());
  const weights = inFloat64(await model.weights());
  const { loss } = await model.fit(data, { steps: 5, batchSize: 20, optimizer: sgd(0.5), shuffle: false });
  const x = batchOf(data, [6], [...Array(20).keys()]);
  const lossOf = (given: Weights) => {
    const { data: y } = forward(decoder, 'decoder', given, forward(encoder, 'encoder', given, x));
    return y.reduce((sum, value, i) => sum + (value - x.data[i]) ** 2, 0) / y.length;
  };
  const settings = { rate: 0.5, beta1: 0, beta2: 0, epsilon: 0, decay: 0 };
  const optimizers = Object.entries(weights).map(([name, values]) => ({
    name,
    each: Array.from(values, (value) => new Optimizer('sgd', settings, value)),
  }));
  const columns = (values: Float64Array, j: number) => values.filter((_, i) => i % 15 === j);
  for (let step = 0; step < 5; step++) {
    expect(Math.abs(loss[step] - lossOf(weights)) / loss[step]).toBeLessThan(1e-5);
    const gradients = optimizers.map(({ name }) =>
      differences((values) => lossOf({ ...weights, [name]: values }), weights[name]),
    );
    optimizers.forEach(({ name, each }, n) => {
      let gradient = gradients[n];
      const w = weights[name];
      if (name === 'decoder.0.weight')
        gradient = gradient.map((value, i) => {
          const [own, along] = [w, gradients[n]].map((values) => columns(values, i % 15));
          return value - (own.reduce((sum, v, m) => sum + v * along[m], 0) / Math.hypot(...own) ** 2) * w[i];
        });
      each.forEach((optimizer, i) => optimizer.step(gradient[i]));
      let moved = Float64Array.from(each, ({ weight }) => weight);
      if (name === 'decoder.0.weight') moved = moved.map((value, i) => value / Math.hypot(...columns(moved, i % 15)));
      each.forEach((optimizer, i) => (optimizer.weight = moved[i]));
      weights[name] = moved;
    });
  }
  for (const [name, { data: found }] of Object.entries(await model.weights()))
    expect(Math.hypot(...found.map((value, i) => value - weights[name][i])), name).toBeLessThan(2e-5);
});

it('keeps the weights of the step before a divergence', async () => {
  await expectTheStepBefore(() => makeModel(spec()), data, { epochs: 9 });
});

describe('is refused', () => {
  it.each<[string, Partial<AutoencoderSpec>, RegExp]>([
    ['without a sparse code', { encoder: [dense(15)] }, /^unitNorm: takes a sparse code, from an encoder whose last layer is topK\(k\)$/],
    ['where weights are tied', { tied: true }, /^unitNorm: the decoder must begin with a dense layer that has its own weight, not with a tied one$/],
    ['where the decoder begins otherwise', { input: [3, 2, 1], encoder: [flatten(), dense(6), topK(3)], decoder: [reshape([3, 2, 1]), conv2d(1, 1)] }, /not with reshape$/],
  ])('%s', async (_, changes, message) => {
    await expectRefused(OptionError, message, autoencoder(await sharedGpu(), spec(changes)));
  }); // prettier-ignore
});
