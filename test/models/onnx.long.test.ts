import { beforeAll, describe, expect, it } from 'vitest';
import {
  activation, adam, batchNorm, conv1d, conv2d, convTranspose1d, convTranspose2d, dense, flatten, gaussian, reshape, upsample2d, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { makers } from '../../src/models/parts/makers.ts';
import { smallModel } from '../support/model.ts';
import { expectSame, expectTheSameElsewhere, runOnnx, startEngine } from '../support/onnx.ts';
import { images, models, same } from '../support/onnx-models.ts';
import { Draw } from '../support/random.ts';

beforeAll(startEngine);

describe('another engine computes the same, for batches of any size', () => {
  it.each(Object.entries(models))('%s', (_, changes) => expectTheSameElsewhere(changes));
});

it('every layer that can be saved was tried', () => {
  const tried = Object.values(models).flatMap(({ encoder = [], decoder = [] }) =>
    [...encoder, ...decoder].map(({ name }) => name),
  );
  expect([...new Set([...tried, 'dense'])].sort()).toEqual(Object.keys(makers.layers).sort());
});

describe('labels are a second input', () => {
  it.each(Object.entries<Partial<AutoencoderSpec>>({
    'of dense layers': { encoder: [dense(8, 'gelu'), dense(4)] },
    'with tied weights': { tied: true },
    'of a Gaussian code': { encoder: [dense(6, 'relu'), gaussian(3)] },
    'with batches normalized behind them': { encoder: [dense(8), batchNorm()], decoder: [dense(12, 'linear'), batchNorm(), activation('sigmoid')] },
    'of images, from and to flat values of several channels': images([conv2d(4, 3, 'relu', same), flatten()], [dense(60, 'tanh'), reshape([6, 5, 2])]),
    'of images, behind a flattened one': images([flatten(), dense(12, 'elu'), reshape([2, 3, 2])], [upsample2d([3, 1]), convTranspose2d(2, [1, 3], ['leakyRelu', { slope: 0.2 }])], [6, 5, 2]),
    'of sequences': { input: [8, 3], encoder: [conv1d(4, 3, 'relu', same), flatten(), dense(3)], decoder: [dense(12), reshape([4, 3]), convTranspose1d(3, 2, 'linear', { stride: 2 })], loss: 'mse' },
  }))('%s', async (_, changes) => {
    const model = await smallModel({ ...changes, condition: { classes: 3 } });
    const { inputShape } = model.encoder;
    const told = (count: number) => ({
      data: { data: new Draw(count).floats(count * inputShape.reduce((p, n) => p * n, 1), 0, 1), shape: [count, ...inputShape] },
      labels: Array.from(new Draw(2).floats(count, 0, 3), Math.floor),
    });
    await model.fit(told(20), { steps: 10, optimizer: adam(0.02) });
    for (const count of [1, 7]) {
      const { data, labels } = told(count);
      const code = await model.encode({ data, labels });
      expectSame((await runOnnx(await model.toOnnx('encoder'), data, labels)).code, code, 'code');
      expectSame((await runOnnx(await model.toOnnx('decoder'), code, labels)).reconstruction, await model.decode(code, { labels }), 'decoded');
      expectSame((await runOnnx(await model.toOnnx(), data, labels)).reconstruction, await model.reconstruct({ data, labels }), 'reconstruction');
    }
  });
}); // prettier-ignore
