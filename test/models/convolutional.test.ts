import { describe, expect, it } from 'vitest';
import { models } from '../../bench/models.ts';
import { modelOf } from '../../bench/ours.ts';
import {
  adam,
  autoencoder,
  classifier,
  conv2d,
  convTranspose2d,
  dataset,
  dense,
  flatten,
  gaussian,
  loadAutoencoder,
  reshape,
  type AutoencoderSpec,
} from '../../src/index.ts';
import {
  channelsFirst,
  channelsLast,
  forward,
  meanLoss,
  type Layer as ReferenceLayer,
  type Weights,
} from '../reference/convolutional.ts';
import { Optimizer } from '../reference/optimizer.ts';
import { shuffledOrder } from '../reference/shuffle.ts';
import { sharedGpu } from '../support/gpu.ts';
import { differences } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { weightsOf } from '../support/convolutional.ts';

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]));

/** 6 × 6 with two channels, so that an order of channels that is wrong anywhere shows. */
const small: AutoencoderSpec = {
  input: [6, 6, 2],
  encoder: [conv2d(3, 3, 'tanh', { stride: 2, padding: 1 }), flatten(), dense(4, 'tanh')],
  decoder: [dense(27, 'tanh'), reshape([3, 3, 3]), convTranspose2d(2, 4, 'sigmoid', { stride: 2, padding: 1 })],
  loss: 'bce',
  seed: 3,
};
const encoder: ReferenceLayer[] = [
  { kind: 'conv', filters: 3, kernel: 3, stride: 2, before: 1, side: 3, activation: 'tanh' },
  { kind: 'flatten' },
  { kind: 'dense', units: 4, activation: 'tanh' },
];
const decoder: ReferenceLayer[] = [
  { kind: 'dense', units: 27, activation: 'tanh' },
  { kind: 'reshape', channels: 3, height: 3, width: 3 },
  { kind: 'transposed', filters: 2, kernel: 4, stride: 2, before: 1, side: 6, activation: 'sigmoid' },
];

const images = (values: Float32Array) =>
  Array.from({ length: values.length / 72 }, (_, i) => channelsFirst(values.subarray(72 * i, 72 * i + 72), 6, 6, 2));
const reconstruct = (weights: Weights, x: ReturnType<typeof channelsFirst>) =>
  forward(decoder, 'decoder', weights, forward(encoder, 'encoder', weights, x));

describe('a convolutional autoencoder', () => {
  it('of seven convolutions uses 39 dispatches for a step, one of which sums the parts of all gradients', async () => {
    const gpu = await sharedGpu();
    const work = models.find(({ name }) => name === 'conv')!;
    const model = await modelOf(gpu, work);
    const data = await dataset(gpu, new Draw(1).floats(2 * 784 * 32, 0, 1), { shape: [...work.input] });
    const before = gpu.counters().dispatches;
    await model.fit(data, { epochs: 1, batchSize: 32 });
    // Two steps and a shuffle.
    expect(gpu.counters().dispatches - before).toBe(2 * 39 + 1);
    model.dispose();
    data.dispose();
  });

  it('has the activation in the last layer that computes: a reshape after it changes no bit', async () => {
    const gpu = await sharedGpu();
    const data = new Draw(3).floats(16 * 10, 0, 1);
    const losses = [];
    for (const shape of [[], [reshape([4, 4, 1])], [reshape([2, 8]), reshape([4, 4, 1])]]) {
      const model = await autoencoder(gpu, {
        input: shape.length ? [4, 4, 1] : 16,
        encoder: [flatten(), dense(3, 'relu')],
        decoder: [dense(16, 'sigmoid'), ...shape],
        loss: 'bce',
      });
      losses.push((await model.fit(data, { steps: 4 })).loss);
      model.dispose();
    }
    expect(losses[1]).toEqual(losses[0]);
    expect(losses[2]).toEqual(losses[0]);
    await expect(
      autoencoder(gpu, { input: [4, 4, 1], encoder: [flatten()], decoder: [reshape([4, 4, 1])], loss: 'bce' }),
    ).rejects.toThrow("'sigmoid', not none");
  });

  it('has weights of PyTorch’s names, shapes and order', async () => {
    const model = await autoencoder(await sharedGpu(), small);
    const shapes = Object.entries(await model.weights()).map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      'encoder.0.weight': [3, 2, 3, 3],
      'encoder.0.bias': [3],
      'encoder.2.weight': [4, 27],
      'encoder.2.bias': [4],
      'decoder.0.weight': [27, 4],
      'decoder.0.bias': [27],
      'decoder.2.weight': [3, 2, 4, 4],
      'decoder.2.bias': [2],
    });
    const data = new Draw(1).floats(72 * 5, 0, 1);
    // Biases of their own: those of a new model are zero.
    const given = await model.weights();
    const draw = new Draw(2);
    for (const weight of Object.values(given)) weight.data = draw.floats(weight.data.length, -0.5, 0.5);
    model.setWeights(given);
    expect(await model.weights()).toEqual(given);
    const weights = await weightsOf(model);
    const { data: codes } = await model.encode(data);
    const { data: outputs } = await model.reconstruct(data);
    images(data).forEach((x, n) => {
      expect(distance(codes.subarray(4 * n, 4 * n + 4), forward(encoder, 'encoder', weights, x).data)).toBeLessThan(
        2e-6,
      );
      expect(distance(outputs.subarray(72 * n, 72 * n + 72), channelsLast(reconstruct(weights, x)))).toBeLessThan(5e-6);
    });
    model.dispose();
  });

  it('takes the first ten Adam steps as float64 does, to 1e-5', async () => {
    const [examples, batchSize, steps, seed] = [7, 3, 10, 3];
    const data = new Draw(4).floats(72 * examples, 0, 1);
    const model = await autoencoder(await sharedGpu(), small);
    const weights = await weightsOf(model);
    const history = await model.fit(data, { steps, batchSize, optimizer: adam(1e-3) });
    const all = images(data);
    const settings = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };
    const optimizers = Object.entries(weights).map(([name, values]) => ({
      name,
      each: Array.from(values, (value) => new Optimizer('adam', settings, value)),
    }));
    const wanted: number[] = [];
    for (let epoch = 0; wanted.length < steps; epoch++) {
      const order = shuffledOrder(examples, epoch, seed);
      for (let at = 0; at < examples && wanted.length < steps; at += batchSize) {
        const batch = Array.from(order.subarray(at, at + batchSize), (i) => all[i]);
        const lossOf = (given: Weights) =>
          meanLoss(
            'bce',
            batch.map((x) => reconstruct(given, x)),
            batch,
          );
        wanted.push(lossOf(weights));
        const gradients = optimizers.map(({ name }) =>
          differences((values) => lossOf({ ...weights, [name]: values }), weights[name]),
        );
        optimizers.forEach(({ name, each }, n) => {
          each.forEach((optimizer, i) => optimizer.step(gradients[n][i]));
          weights[name] = Float64Array.from(each, ({ weight }) => weight);
        });
      }
    }
    wanted.forEach((loss, i) => expect(Math.abs(history.loss[i] - loss) / loss, `step ${i}`).toBeLessThan(1e-5));
    for (const [name, { data: trained }] of Object.entries(await model.weights())) {
      expect(distance(trained, weights[name]) / Math.hypot(...weights[name]), name).toBeLessThan(1e-5);
    }
    model.dispose();
  }, 120_000);

  it('with a Gaussian code after flattened images gives mean and log-variance in the same order as PyTorch', async () => {
    const model = await autoencoder(await sharedGpu(), {
      ...small,
      encoder: [small.encoder[0], flatten(), gaussian(2)],
      decoder: small.decoder,
    });
    const weights = await weightsOf(model);
    const data = new Draw(5).floats(72 * 3, 0, 1);
    const { mean, logvar } = await model.posterior(data);
    images(data).forEach((x, n) => {
      const seen = forward(encoder.slice(0, 2), 'encoder', weights, x).data;
      for (const [head, values] of Object.entries({ mean, logvar })) {
        const [weight, bias] = [weights[`encoder.2.${head}.weight`], weights[`encoder.2.${head}.bias`]];
        const wanted = [0, 1].map((u) => seen.reduce((sum, value, i) => sum + value * weight[u * 27 + i], bias[u]));
        expect(distance(values.data.subarray(2 * n, 2 * n + 2), wanted)).toBeLessThan(2e-6);
      }
    });
    const { epochs } = await model.fit(data, { epochs: 2, batchSize: 3 });
    expect(epochs[1].kl).toBeGreaterThan(0);
    model.dispose();
  });

  it('whose code is an image can be continued by a classifier', async () => {
    const gpu = await sharedGpu();
    const model = await autoencoder(gpu, { ...small, encoder: [small.encoder[0]], decoder: [small.decoder[2]] });
    const made = await classifier(gpu, { encoder: model.encoder, classes: 2, freeze: true, hidden: [flatten()] });
    const data = new Draw(6).floats(72 * 20, 0, 1);
    const before = await made.evaluate(
      data,
      Int32Array.from({ length: 20 }, (_, i) => i % 2),
    );
    await made.fit(
      data,
      Int32Array.from({ length: 20 }, (_, i) => i % 2),
      { epochs: 30, batchSize: 10, optimizer: adam(1e-2) },
    );
    const after = await made.evaluate(
      data,
      Int32Array.from({ length: 20 }, (_, i) => i % 2),
    );
    expect(after.loss).toBeLessThan(before.loss);
    const own = (await made.weights())['encoder.0.weight'];
    expect(own).toEqual((await model.weights())['encoder.0.weight']);
    made.dispose();
    model.dispose();
  });

  it('reports the output of each layer', async () => {
    const model = await autoencoder(await sharedGpu(), small);
    expect(model.summary()).toMatchInlineSnapshot(`
      "autoencoder
      --------------------------------------------------------------
      layer      type                       output shape  parameters
      --------------------------------------------------------------
      encoder.0  conv2d (tanh)              [3, 3, 3]             57
      encoder.1  flatten                    [27]                   0
      encoder.2  dense (tanh)               [4]                  112
      decoder.0  dense (tanh)               [27]                 135
      decoder.1  reshape                    [3, 3, 3]              0
      decoder.2  convTranspose2d (sigmoid)  [6, 6, 2]             98
      --------------------------------------------------------------
      total parameters: 402"
    `);
    model.dispose();
  });
});

describe('a convolution in groups', () => {
  const spec: AutoencoderSpec = {
    input: [5, 4, 2],
    encoder: [conv2d(6, [3, 2], 'tanh', { groups: 2, padding: 'same' }), conv2d(6, 3, 'linear', { groups: 6 })],
    decoder: [convTranspose2d(2, 3, 'linear', { dilation: 1 })],
    loss: 'mse',
    seed: 4,
  };

  it('has PyTorch’s weights, and computes with given ones', async () => {
    const model = await autoencoder(await sharedGpu(), spec);
    const weights = await model.weights();
    expect(weights['encoder.0.weight'].shape).toEqual([6, 1, 3, 2]);
    expect(weights['encoder.1.weight'].shape).toEqual([6, 1, 3, 3]);
    const draw = new Draw(7);
    const kernels = [draw.floats(36), draw.floats(54)];
    const [zeros, x] = [new Float32Array(6), draw.floats(40)];
    model.setWeights({
      'encoder.0.weight': { data: kernels[0], shape: [6, 1, 3, 2] },
      'encoder.0.bias': { data: zeros, shape: [6] },
      'encoder.1.weight': { data: kernels[1], shape: [6, 1, 3, 3] },
      'encoder.1.bias': { data: zeros, shape: [6] },
    });
    const { data } = await model.encode(x);
    // [5, 4, 2] by [3, 2], with a row of zeros above and below, and a column on the right.
    const seen = (y: number, along: number, f: number) => {
      let sum = 0;
      for (let ky = 0; ky < 3; ky++)
        for (let kx = 0; kx < 2; kx++) {
          const [iy, ix] = [y + ky - 1, along + kx];
          if (iy < 0 || iy > 4 || ix > 3) continue;
          sum += x[(iy * 4 + ix) * 2 + Math.floor(f / 3)] * kernels[0][f * 6 + ky * 2 + kx];
        }
      return Math.tanh(sum);
    };
    const wanted = Array.from({ length: 3 * 2 * 6 }, (_, at) => {
      const [f, ox, oy] = [at % 6, Math.floor(at / 6) % 2, Math.floor(at / 12)];
      let sum = 0;
      for (let ky = 0; ky < 3; ky++)
        for (let kx = 0; kx < 3; kx++) sum += seen(oy + ky, ox + kx, f) * kernels[1][f * 9 + ky * 3 + kx];
      return sum;
    });
    expect(distance(data, wanted)).toBeLessThan(2e-6);
    model.dispose();
  });

  it('resumes after saving exactly as without, and learns', async () => {
    const gpu = await sharedGpu();
    const data = new Draw(8).floats(40 * 8, -1, 1);
    const model = await autoencoder(gpu, spec);
    const { epochs } = await model.fit(data, { epochs: 4, batchSize: 4, optimizer: adam(1e-2) });
    expect(epochs[3].loss).toBeLessThan(epochs[0].loss);
    const again = await loadAutoencoder(gpu, await model.save());
    for (const each of [model, again]) await each.fit(data, { epochs: 2, batchSize: 3 });
    expect(await again.weights()).toEqual(await model.weights());
    model.dispose();
    again.dispose();
  });
});
