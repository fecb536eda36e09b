import { describe, expect, it } from 'vitest';
import {
  adam,
  autoencoder,
  classifier,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  gaussian,
  reshape,
  type AutoencoderSpec,
} from '../../src/index.ts';
import { forward } from '../reference/layers.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { batchOf, expectTenSteps } from '../support/ten-steps.ts';

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

describe('a convolutional autoencoder', () => {
  it('has the activation in the last layer that computes: a reshape after it changes no bit', async () => {
    const gpu = await sharedGpu();
    const data = new Draw(3).floats(16 * 10, 0, 1);
    const losses = [];
    for (const shape of [[], [reshape([4, 4, 1])], [reshape([2, 8]), reshape([4, 4, 1])]]) {
      const model = await makeModel({
        input: shape.length ? [4, 4, 1] : 16,
        encoder: [flatten(), dense(3, 'relu')],
        decoder: [dense(16, 'sigmoid'), ...shape],
        loss: 'bce',
      });
      losses.push((await model.fit(data, { steps: 4 })).loss);
    }
    expect(losses[1]).toEqual(losses[0]);
    expect(losses[2]).toEqual(losses[0]);
    await expect(
      autoencoder(gpu, { input: [4, 4, 1], encoder: [flatten()], decoder: [reshape([4, 4, 1])], loss: 'bce' }),
    ).rejects.toThrow("'sigmoid', not none");
  });

  it('has weights of PyTorch’s names, shapes and order', async () => {
    const model = await makeModel(small);
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
    const weights = inFloat64(await model.weights());
    const code = forward(small.encoder, 'encoder', weights, batchOf(data, [6, 6, 2], [0, 1, 2, 3, 4]));
    expectClose((await model.encode(data)).data, code.data, 1e-6);
    expectClose((await model.reconstruct(data)).data, forward(small.decoder, 'decoder', weights, code).data, 1e-6);
  });

  it(
    'takes the first ten Adam steps as float64 does, to 1e-5',
    () => expectTenSteps({ ...small, input: [6, 6, 2] }),
    120_000,
  );

  it('with a Gaussian code after flattened images gives mean and log-variance in the same order as PyTorch', async () => {
    const model = await makeModel({
      ...small,
      encoder: [small.encoder[0], flatten(), gaussian(2)],
      decoder: small.decoder,
    });
    const weights = inFloat64(await model.weights());
    const data = new Draw(5).floats(72 * 3, 0, 1);
    const seen = forward([small.encoder[0], flatten()], 'encoder', weights, batchOf(data, [6, 6, 2], [0, 1, 2]));
    for (const [head, { data: values }] of Object.entries(await model.posterior(data))) {
      const [weight, bias] = [weights[`encoder.2.${head}.weight`], weights[`encoder.2.${head}.bias`]];
      const wanted = forward([dense(2)], 'head', { 'head.0.weight': weight, 'head.0.bias': bias }, seen);
      expectClose(values, wanted.data, 1e-6, head);
    }
    const { epochs } = await model.fit(data, { epochs: 2, batchSize: 3 });
    expect(epochs[1].kl).toBeGreaterThan(0);
  });

  it('whose code is an image can be continued by a classifier', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({ ...small, encoder: [small.encoder[0]], decoder: [small.decoder[2]] });
    const made = forThisTest(
      await classifier(gpu, { encoder: model.encoder, classes: 2, freeze: true, hidden: [flatten()] }),
    );
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
  });

  it('reports the output of each layer', async () => {
    const model = await makeModel(small);
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
    const model = await makeModel(spec);
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
  });

  it('learns', async () => {
    const model = await makeModel(spec);
    const options = { epochs: 4, batchSize: 4, optimizer: adam(1e-2) };
    const { epochs } = await model.fit(new Draw(8).floats(40 * 8, -1, 1), options);
    expect(epochs[3].loss).toBeLessThan(epochs[0].loss);
  });
});
