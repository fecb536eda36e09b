import { beforeAll, describe, expect, it } from 'vitest';
import { dense, gaussian, OptionError, standardize, type Matrix } from '../../src/index.ts';
import { activationNames } from '../../src/kernels/activation.ts';
import { errorOf, makeModel, smallModel } from '../support/model.ts';
import { expectSame, expectTheSameElsewhere, runOnnx, startEngine } from '../support/onnx.ts';
import { models } from '../support/onnx-models.ts';
import { Draw } from '../support/random.ts';

beforeAll(startEngine);

describe('another engine computes the same, for batches of any size', () => {
  it.each(['layers without bias, dropout, a corruption', 'a Gaussian code', 'an activation behind a convolution'])(
    '%s',
    (name) => expectTheSameElsewhere(models[name]),
  );
});

it('a clock column, whose mean needs two float32, is standardized as exactly', async () => {
  const model = await smallModel({ normalize: standardize(), loss: 'mse', decoder: [dense(12)] });
  const data = new Draw(4).floats(12 * 300, 0, 1).map((value, i) => (i % 12 === 5 ? 1.7e9 + i / 12 : value));
  await model.fit(data, { steps: 5 });
  const rows: Matrix = { data, shape: [300, 12] };
  const code = await model.encode(rows);
  expectSame((await runOnnx(await model.toOnnx('encoder'), rows)).code, code, 'code');
  const { reconstruction } = await runOnnx(await model.toOnnx(), rows);
  const expected = await model.reconstruct(rows);
  for (let i = 5; i < data.length; i += 12)
    expect(Math.abs(reconstruction.data[i] - expected.data[i])).toBeLessThan(129);
});

it.each(activationNames)('%s', async (activation) => {
  const model = await smallModel({ encoder: [dense(30, activation)], decoder: [dense(12)], loss: 'mse' });
  const data = { data: new Draw(5).floats(20 * 12, -8, 8), shape: [20, 12] };
  expectSame((await runOnnx(await model.toOnnx('encoder'), data)).code, await model.encode(data), activation);
});

it('writes the bounds of a Gaussian code only where it is an output', async () => {
  const model = await smallModel({ encoder: [gaussian(3)] });
  const namesBounds = async (part: 'autoencoder' | 'encoder') =>
    new TextDecoder('latin1').decode(await model.toOnnx(part)).includes('logvar.');
  expect([await namesBounds('autoencoder'), await namesBounds('encoder')]).toEqual([false, true]);
});

it('lists the parts', async () => {
  const model = await smallModel();
  expect(await errorOf(model.toOnnx('code' as never))).toEqual(
    new OptionError("toOnnx: the part must be 'autoencoder' or 'encoder' or 'decoder', not 'code'"),
  );
});

it('refuses a normalisation that is not fitted', async () => {
  const model = await makeModel({
    input: 3,
    encoder: [dense(2)],
    decoder: [dense(3)],
    loss: 'mse',
    normalize: standardize(),
  });
  expect((await errorOf(model.toOnnx())).message).toMatch(/standardize: is not fitted yet: call fit\(\) first/);
});
