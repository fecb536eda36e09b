import { describe, expect, it } from 'vitest';
import {
  activation, autoencoder, conv2d, dense, flatten, groupNorm, layerNorm, reshape, ShapeError, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { forward } from '../reference/layers.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu } from '../support/gpu.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { batchOf, expectTenSteps } from '../support/ten-steps.ts';

const models: Record<string, Pick<AutoencoderSpec, 'encoder' | 'decoder'> & { input: number[] }> = {
  'activations as layers': {
    input: [6],
    encoder: [dense(4), activation(['elu', { alpha: 0.5 }]), dense(3, ['leakyRelu', { slope: 0.2 }])],
    decoder: [dense(4), activation('tanh'), dense(6)],
  },
  'features normalized': {
    input: [6],
    encoder: [dense(5), layerNorm(), activation('tanh'), dense(6)],
    decoder: [groupNorm(2), dense(4, 'tanh'), layerNorm({ epsilon: 0.1 }), dense(6)],
  },
  'channels normalized': {
    input: [3, 3, 2],
    encoder: [conv2d(4, 2), groupNorm(2), activation('tanh'), layerNorm(), flatten(), dense(4)],
    decoder: [dense(18), reshape([3, 3, 2]), groupNorm(1)],
  },
};

it.each(Object.entries(models))(
  '%s: takes the first ten Adam steps as float64 does, to 1e-5',
  (_, model) => expectTenSteps(model),
  120_000,
);

describe('a flattened image with weights', () => {
  it('has weights in PyTorch’s order, through layers that keep the order', async () => {
    const input = [2, 3, 2] as [number, number, number];
    const encoder = [conv2d(2, 1), flatten(), layerNorm(), activation('tanh'), dense(5)];
    const decoder = [dense(12), layerNorm(), reshape(input), conv2d(2, 1)];
    const model = await makeModel({ input, encoder, decoder, loss: 'mse' });
    const given = await model.weights();
    const draw = new Draw(2);
    for (const weight of Object.values(given)) weight.data = draw.floats(weight.data.length, -1, 1);
    model.setWeights(given);
    expect(await model.weights()).toEqual(given);
    const data = new Draw(3).floats(12 * 5);
    const { data: found } = await model.reconstruct(data);
    const x = batchOf(data, input, [0, 1, 2, 3, 4]);
    const weights = inFloat64(given);
    const code = forward(encoder, 'encoder', weights, x);
    expectClose((await model.encode(data)).data, code.data, 4e-6);
    expectClose(found, forward(decoder, 'decoder', weights, code).data, 1e-5);
  });

  it('is not divided into groups', async () => {
    const gpu = await sharedGpu();
    const make = (encoder: AutoencoderSpec['encoder']) =>
      autoencoder(gpu, { input: [2, 2, 2], encoder, decoder: [dense(8), reshape([2, 2, 2])], loss: 'mse' });
    await expect(make([flatten(), groupNorm(2), dense(3)])).rejects.toThrow(
      /groupNorm: put it before flatten or after reshape/,
    );
    await expect(make([flatten(), groupNorm(1), dense(4), groupNorm(2)])).resolves.toBeDefined();
  });
});

it('has PyTorch’s names and shapes, a gain of 1 and no bias at first', async () => {
  const model = await makeModel({
    ...models['channels normalized'],
    loss: 'mse',
  } as AutoencoderSpec);
  const weights = await model.weights();
  expect(weights['encoder.1.weight']).toEqual({ data: new Float32Array(4).fill(1), shape: [4] });
  expect(weights['encoder.1.bias']).toEqual({ data: new Float32Array(4), shape: [4] });
  expect(weights['encoder.3.weight'].shape).toEqual([4]);
  expect(weights['decoder.2.weight'].shape).toEqual([2]);
});

it('reports channels that cannot be divided', async () => {
  const make = autoencoder(await sharedGpu(), {
    input: 6,
    encoder: [dense(5), groupNorm(2)],
    decoder: [dense(6)],
    loss: 'mse',
  });
  await expect(make).rejects.toThrow(ShapeError);
  await expect(make).rejects.toThrow('groupNorm: 5 channels cannot be divided into 2 groups of one size');
});
