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
  avgPool2d,
  maxPool2d,
  OptionError,
  reshape,
  ShapeError,
  upsample2d,
  type AutoencoderSpec,
  type Layer,
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
import { catchGpuErrors, sharedGpu } from '../support/gpu.ts';
import { differences } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { weightsOf } from '../support/convolutional.ts';

catchGpuErrors();

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
    const [examples, batchSize, steps, seed] = [20, 8, 10, 3];
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

describe('layers over images', () => {
  const shapes: [string, Layer, number[], number[]][] = [
    ['conv2d', conv2d(5, 3), [8, 6, 2], [6, 4, 5]],
    ['conv2d, same', conv2d(5, [3, 2], 'relu', { stride: 2, padding: 'same' }), [7, 6, 2], [4, 3, 5]],
    ['conv2d, zeros around', conv2d(5, 3, 'relu', { stride: 2, padding: 1 }), [28, 28, 1], [14, 14, 5]],
    ['convTranspose2d', convTranspose2d(5, 3, 'relu', { stride: 2 }), [4, 3, 2], [9, 7, 5]],
    ['convTranspose2d, same', convTranspose2d(5, 3, 'relu', { stride: 2, padding: 'same' }), [7, 7, 64], [14, 14, 5]],
    [
      'convTranspose2d, PyTorch’s',
      convTranspose2d(5, 3, 'relu', { stride: 2, padding: 1, outputPadding: 1 }),
      [7, 7, 64],
      [14, 14, 5],
    ],
    ['conv2d, a stride for each axis', conv2d(5, 3, 'relu', { stride: [2, 1] }), [8, 6, 2], [3, 4, 5]],
    ['conv2d, dilated', conv2d(5, 3, 'relu', { dilation: [2, 1] }), [8, 6, 2], [4, 4, 5]],
    [
      'conv2d, depthwise, same',
      conv2d(4, 3, 'relu', { groups: 2, padding: 'same', dilation: 3 }),
      [8, 6, 2],
      [8, 6, 4],
    ],
    ['convTranspose2d, dilated', convTranspose2d(5, 3, 'relu', { dilation: [1, 2] }), [4, 3, 2], [6, 7, 5]],
    ['maxPool2d, padded by a number', maxPool2d(3, { stride: 2, padding: 1 }), [7, 6, 2], [4, 3, 2]],
    ['conv2d, a padding for each axis', conv2d(5, 3, 'relu', { padding: [1, 0] }), [8, 6, 2], [8, 4, 5]],
    [
      'conv2d, same, of width 1',
      conv2d(5, [7, 1], 'relu', { stride: [2, 1], padding: 'same' }),
      [289, 1, 2],
      [145, 1, 5],
    ],
    [
      'convTranspose2d, same, of width 1',
      convTranspose2d(5, [7, 1], 'relu', { stride: [2, 1], padding: 'same' }),
      [144, 1, 2],
      [288, 1, 5],
    ],
    [
      'convTranspose2d, PyTorch’s for each axis',
      convTranspose2d(5, 3, 'relu', { stride: [2, 3], padding: [1, 0], outputPadding: [1, 2] }),
      [7, 7, 64],
      [14, 23, 5],
    ],
    ['maxPool2d', maxPool2d(), [7, 6, 3], [3, 3, 3]],
    ['avgPool2d', avgPool2d(3, { stride: 2 }), [7, 6, 3], [3, 2, 3]],
    ['maxPool2d, its stride the window’s sides', maxPool2d([2, 1]), [7, 6, 3], [3, 6, 3]],
    ['maxPool2d, a stride for each axis', maxPool2d(3, { stride: [1, 2] }), [7, 7, 3], [5, 3, 3]],
    ['maxPool2d, same', maxPool2d(2, { padding: 'same' }), [7, 7, 3], [4, 4, 3]],
    ['upsample2d', upsample2d(3), [2, 4, 3], [6, 12, 3]],
    ['upsample2d, a factor for each axis', upsample2d([2, 1]), [2, 4, 3], [4, 4, 3]],
    ['flatten', flatten(), [2, 4, 3], [24]],
    ['reshape', reshape([4, 6]), [24], [4, 6]],
  ];
  it.each(shapes)('%s', (_, layer, from, to) => {
    expect(layer.outputShape(from)).toEqual(to);
  });

  it.each([
    ['conv2d', () => conv2d(0, 3), 'conv2d: filters'],
    ['a kernel of no side', () => conv2d(1, 0), 'conv2d: kernel'],
    [
      'a kernel of three sides',
      () => conv2d(1, [1, 2, 3] as never),
      'conv2d: kernel must be a number or [vertical, horizontal], not [1, 2, 3]',
    ],
    [
      'a stride of none along one axis',
      () => conv2d(1, 3, 'relu', { stride: [2, 0] }),
      'conv2d: stride, horizontal: 0 is not a whole number of at least 1',
    ],
    [
      'a stride for one axis',
      () => conv2d(1, 3, 'relu', { stride: [1] as never }),
      'conv2d: stride must be a number or [vertical, horizontal], not [1]',
    ],
    [
      'a stride for three axes',
      () => convTranspose2d(1, 3, 'relu', { stride: [1, 2, 3] as never }),
      'convTranspose2d: stride must be a number or [vertical, horizontal], not [1, 2, 3]',
    ],
    [
      'a stride that is no whole number',
      () => conv2d(1, 3, 'relu', { stride: 1.5 }),
      'conv2d: stride: 1.5 is not a whole number of at least 1',
    ],
    [
      'a stride of a pool that is no whole number down',
      () => maxPool2d(2, { stride: [1.5, 1] }),
      'maxPool2d: stride, vertical: 1.5 is not a whole number of at least 1',
    ],
    [
      'a padding below zero along one axis',
      () => conv2d(1, 3, 'relu', { padding: [0, -1] }),
      'conv2d: padding, horizontal: -1 is not a whole number of at least 0',
    ],
    [
      'an outputPadding as large as the stride along one axis',
      () => convTranspose2d(1, 3, 'relu', { stride: [2, 1], padding: 1, outputPadding: 1 }),
      'convTranspose2d: outputPadding, horizontal: 1 is not a whole number of at least 0 and at most 0',
    ],
    [
      'a factor of none along one axis',
      () => upsample2d([0, 2]),
      'upsample2d: factor, vertical: 0 is not a whole number of at least 1',
    ],
    ['an activation that is none', () => conv2d(1, 3, 'reluu' as never), "conv2d: there is no activation 'reluu'"],
    [
      'a padding that is none',
      () => conv2d(1, 3, 'relu', { padding: 'full' as never }),
      `conv2d: padding must be 'same', 'valid' or a number, not 'full'`,
    ],
    ['an option that is none', () => convTranspose2d(1, 3, 'relu', { strides: 2 } as never), 'strides'],
    [
      'outputPadding without padding',
      () => convTranspose2d(1, 3, 'relu', { stride: 2, outputPadding: 1 }),
      'convTranspose2d: outputPadding needs a padding in numbers',
    ],
    [
      'groups that the filters are no multiple of',
      () => conv2d(4, 3, 'relu', { groups: 3 }),
      'conv2d: 4 filters cannot be divided into 3 groups of one size',
    ],
    ['taps that do not lie apart', () => conv2d(4, 3, 'relu', { dilation: 0 }), 'conv2d: dilation'],
    ['a padding of more than half of a pool', () => maxPool2d([2, 3], { padding: 2 }), 'maxPool2d: padding: 2 is not'],
    ['a pool of none', () => maxPool2d(0), 'maxPool2d: window'],
    ['a factor of none', () => upsample2d(0), 'upsample2d: factor'],
    [
      'an interpolation that is none',
      () => upsample2d(2, 'cubic' as never),
      "upsample2d: the interpolation must be 'nearest' or 'bilinear', not 'cubic'",
    ],
    ['a shape of none', () => reshape([]), 'reshape: takes a shape'],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });

  it('refuse inputs that are not images, and shapes of another size', () => {
    expect(() => conv2d(1, 3).outputShape([784])).toThrow(
      'conv2d: takes images of [height, width, channels], not [784]',
    );
    expect(() => maxPool2d().outputShape([784])).toThrow(ShapeError);
    expect(() => conv2d(6, 3, 'relu', { groups: 3 }).outputShape([5, 5, 4])).toThrow(
      'conv2d: 4 channels cannot be divided into 3 groups of one size',
    );
    expect(() => reshape([4, 4, 1]).outputShape([17])).toThrow(
      'reshape: [17] does not hold as many values as [4, 4, 1]',
    );
    expect(() => dense(3).outputShape([2, 2, 1])).toThrow(ShapeError);
  });

  it('a decoder with another output shape than the input is refused with the shape of every layer', async () => {
    const made = autoencoder(await sharedGpu(), {
      input: [28, 28, 1],
      encoder: [conv2d(4, 3), maxPool2d(2)],
      decoder: [upsample2d(2), conv2d(1, 3, 'sigmoid')],
      loss: 'bce',
    });
    await expect(made).rejects.toThrow(ShapeError);
    await expect(made).rejects.toThrow(
      /ends in \[24, 24, 1\], the input is \[28, 28, 1\][^]*maxPool2d[^]*\[13, 13, 4\]/,
    );
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
