import { InferenceSession, Tensor, env } from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  activation, adam, autoencoder, avgPool1d, avgPool2d, batchNorm, conv1d, conv2d, convTranspose1d, convTranspose2d, dense, dropout, flatten, gaussian, gaussianNoise, groupNorm, layerNorm, maxPool1d, maxPool2d, minMax, OptionError, reshape, residual, standardize, stopGradient, topK, upsample1d, upsample2d, vectorQuantizer, type AutoencoderSpec, type Layer, type Matrix,
} from '../../src/index.ts'; // prettier-ignore
import { activationNames } from '../../src/kernels/activation.ts';
import { makers } from '../../src/models/parts/makers.ts';
import { expectNear } from '../support/close.ts';
import { catchGpuErrors, sharedGpu } from '../support/gpu.ts';
import { errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

catchGpuErrors();

beforeAll(() => {
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm };
});

/** What another engine makes of a file. */
async function runOnnx(
  file: Uint8Array,
  { data, shape }: Matrix,
  labels?: readonly number[],
): Promise<Record<string, Matrix>> {
  const session = await InferenceSession.create(file);
  const [first, ...others] = session.inputNames;
  expect(others).toEqual(labels ? ['label'] : []);
  const label = labels && { label: new Tensor('int64', BigInt64Array.from(labels, BigInt), [labels.length]) };
  const results = await session.run({ [first]: new Tensor('float32', data, shape), ...label });
  const found = session.outputNames.map((name): [string, Matrix] => [
    name,
    { data: results[name].data as Float32Array, shape: [...results[name].dims] },
  ]);
  await session.release();
  return Object.fromEntries(found);
}

function expectSame(actual: Matrix, expected: Matrix, what: string): void {
  expect(actual.shape, what).toEqual(expected.shape);
  expectNear(actual.data, expected.data, 1e-5, what);
}

const same = { padding: 'same' } as const;
const images = (
  encoder: Layer[],
  decoder: Layer[],
  input: [number, number, number] = [6, 5, 2],
): Partial<AutoencoderSpec> => ({ input, encoder, decoder, loss: 'mse' });

const models: Record<string, Partial<AutoencoderSpec>> = {
  'dense layers': {},
  'layers without bias, dropout, a corruption': {
    encoder: [dense(8, 'relu', { bias: false }), dropout(0.3), stopGradient(), dense(3)],
    corrupt: gaussianNoise(0.3),
  },
  'activations with a parameter, and as layers': {
    encoder: [dense(8), activation('gelu'), dense(6, ['elu', { alpha: 0.3 }]), dense(4), activation(['leakyRelu', { slope: 0.3 }])],
    decoder: [dense(12), activation('sigmoid')],
  }, // prettier-ignore
  'an activation behind a convolution': images(
    [conv2d(3, 3), activation('silu'), conv2d(2, 1, ['leakyRelu', { slope: 0.2 }]), flatten(), activation('tanh'), dense(4)],
    [dense(60), reshape([6, 5, 2]), activation(['elu', { alpha: 2 }])],
  ), // prettier-ignore
  'features normalized': {
    encoder: [dense(8), layerNorm(), activation('relu'), dense(6), groupNorm(3), dense(4)],
    decoder: [layerNorm({ epsilon: 0.1 }), dense(12)],
    loss: 'mse',
  },
  'channels normalized': images(
    [conv2d(6, 3), groupNorm(3), activation('relu'), conv2d(4, 1), layerNorm(), flatten(), layerNorm(), dense(5)],
    [dense(60), layerNorm(), reshape([6, 5, 2]), groupNorm(1)],
  ),
  'residuals, within each other': images(
    [conv2d(3, 3), residual([conv2d(3, 3, 'relu', same), residual([layerNorm(), conv2d(3, 1)])]), flatten(), residual([dense(36, 'tanh')]), dense(4)],
    [residual([dense(5, 'relu'), dense(4)]), dense(60), residual([dropout(0.2)]), reshape([6, 5, 2])],
  ), // prettier-ignore
  'batches normalized, within the layer before and not': images(
    [conv2d(3, 3, 'linear', { bias: false }), batchNorm(), activation('relu'), batchNorm({ epsilon: 0.01 }), residual([conv2d(3, 1), batchNorm()]), flatten(), batchNorm(), dense(5), batchNorm()],
    [dense(8, 'tanh'), batchNorm(), dense(18), batchNorm(), reshape([3, 3, 2]), convTranspose2d(3, 2, 'linear', { stride: 2 }), batchNorm(), conv2d(2, [1, 2])],
    [6, 5, 2],
  ), // prettier-ignore
  'the largest of each example': { encoder: [dense(20, 'relu'), topK(4)] },
  'the largest of each example, many equal': { encoder: [dense(9, 'relu'), topK(7)] },
  'the largest of a batch': { encoder: [dense(20), topK(4, { batch: true })] },
  'tied weights': {
    tied: true,
    encoder: [dense(12, 'tanh'), dense(4, 'relu')],
    decoder: [dense(12, 'tanh'), dense(12, 'sigmoid')],
  },
  'a Gaussian code': { encoder: [dense(6, 'relu'), gaussian(3)] },
  standardized: { normalize: standardize(), loss: 'mse', decoder: [dense(12)] },
  'min-max': { normalize: minMax() },
  'convolutions, flattened with several channels': images(
    [
      conv2d(3, 3, 'relu', { stride: 2, ...same }),
      conv2d(4, [2, 3], 'elu', { padding: 1 }),
      flatten(),
      dense(5, 'relu'),
    ],
    [dense(4 * 3 * 5, 'relu'), reshape([4, 3, 5]), conv2d(2, 1), flatten(), dense(60), reshape([6, 5, 2])],
  ),
  'strides that leave a rest, padding in numbers': images(
    [conv2d(3, 2, 'tanh', { stride: 3 }), flatten(), dense(2)],
    [dense(60), reshape([6, 5, 2]), conv2d(2, 5, 'linear', { padding: 2, bias: false })],
  ),
  'a Gaussian code behind images': images(
    [conv2d(3, 3, 'relu', { stride: 2, ...same }), flatten(), gaussian(4)],
    [dense(60), reshape([6, 5, 2])],
  ),
  'pools, upsampled': images(
    [conv2d(3, 3, 'relu', same), maxPool2d(2, same), maxPool2d(3, { stride: 2, ...same })],
    [conv2d(3, 1), upsample2d(2), upsample2d(2, 'bilinear'), conv2d(2, 1, 'sigmoid')],
    [12, 12, 2],
  ),
  'pools that take means, one beyond the edge': images(
    [conv2d(3, 3, 'relu', same), avgPool2d([2, 1]), avgPool2d(3, { stride: 2, ...same })],
    [conv2d(3, 1), upsample2d([2, 1]), upsample2d(2), conv2d(2, 1, 'sigmoid')],
    [12, 14, 2],
  ),
  'transposed convolutions': images(
    [conv2d(4, 3, 'relu', { stride: 2, ...same }), conv2d(3, 3, 'relu', { stride: 2, ...same })],
    [
      convTranspose2d(4, 3, 'relu', { stride: 2, ...same }),
      convTranspose2d(3, 1, 'relu', { stride: 2, ...same }),
      convTranspose2d(2, 3, 'linear', { padding: 1 }),
    ],
    [8, 8, 2],
  ),
  'a quantised code of places': images(
    [conv2d(5, [2, 1], 'relu'), conv2d(3, 1), vectorQuantizer(9)],
    [convTranspose2d(2, [2, 1])],
    [6, 5, 2],
  ),
  'a quantised code of an image’s values': images(
    [conv2d(3, 3), flatten(), vectorQuantizer(4, { decay: false })],
    [dense(60), reshape([6, 5, 2])],
    [6, 5, 2],
  ),
  'strides, paddings and factors of each axis': images(
    [conv2d(4, [5, 1], 'relu', { stride: [2, 1], ...same }), maxPool2d([1, 2]), conv2d(3, 3, 'tanh', { stride: [1, 2], padding: [1, 0] })],
    [convTranspose2d(3, [3, 2], 'relu', { stride: [1, 3], padding: [1, 0], outputPadding: [0, 1] }), upsample2d([2, 1], 'bilinear'), upsample2d([1, 2]), conv2d(2, [1, 2])],
    [10, 11, 2],
  ), // prettier-ignore
  'dilations, and a pool with a padding in numbers': images(
    [
      conv2d(4, 3, 'relu', { dilation: 2, ...same }),
      maxPool2d([3, 4], { stride: 2, padding: [1, 2] }),
      conv2d(3, [2, 3], 'tanh', { stride: [2, 1], padding: [1, 0], dilation: [3, 2] }),
    ],
    [
      convTranspose2d(3, [3, 2], 'relu', { stride: [3, 1], padding: 'same', dilation: [2, 1] }),
      convTranspose2d(2, [3, 2], 'linear', {
        stride: [2, 3],
        padding: [1, 0],
        dilation: [1, 4],
        outputPadding: [0, 2],
      }),
      conv2d(2, [7, 2]),
    ],
    [11, 12, 2],
  ),
  'groups, one of each channel, and one with a normalization in it': images(
    [
      conv2d(4, 3, 'relu', { groups: 2, ...same }),
      conv2d(8, 3, 'linear', { groups: 4, stride: 2, bias: false }),
      batchNorm(),
      conv2d(8, [1, 2], 'tanh', { groups: 8, dilation: [1, 2], padding: [0, 1] }),
      conv2d(3, 1),
    ],
    [upsample2d(3), conv2d(6, 2, 'relu', { groups: 3, ...same }), conv2d(2, [1, 2])],
    [6, 5, 2],
  ),
  'sequences, to a flat code and back': {
    input: [24, 3],
    encoder: [conv1d(6, 5, 'relu', { stride: 2, ...same }), maxPool1d(3, { stride: 2, padding: 1 }), conv1d(4, 3, 'linear', { groups: 2 }), batchNorm(), residual([conv1d(4, 3, 'tanh', { dilation: 2, ...same })]), flatten(), dense(5)],
    decoder: [dense(18), reshape([6, 3]), convTranspose1d(4, 4, 'elu', { stride: 2, padding: 1 }), batchNorm(), convTranspose1d(3, 3, 'linear', { stride: 2, padding: 1, outputPadding: 1 })],
    loss: 'mse',
  }, // prettier-ignore
  'sequences, whose code is one': {
    input: [20, 2],
    encoder: [conv1d(8, 3, 'relu', same), activation('gelu'), batchNorm(), avgPool1d(2), layerNorm(), conv1d(4, 3, 'linear', { padding: 1 }), groupNorm(2)],
    decoder: [upsample1d(2, 'linear'), conv1d(4, 1, 'silu'), upsample1d(3), conv1d(2, 5, 'linear', { stride: 3, padding: 2 })],
    loss: 'mse',
  }, // prettier-ignore
  'sequences, doubled by a stride': images(
    [conv2d(5, [7, 1], 'relu', { stride: [2, 1], ...same }), conv2d(3, [4, 1], 'relu', { stride: [3, 1], ...same })],
    [convTranspose2d(5, [4, 1], 'relu', { stride: [3, 1], ...same }), convTranspose2d(2, [7, 1], 'linear', { stride: [2, 1], ...same })],
    [36, 1, 2],
  ), // prettier-ignore
  'transposed convolutions with paddings': images(
    [flatten(), dense(12)],
    [
      reshape([2, 2, 3]),
      convTranspose2d(4, 3, 'relu', { stride: 2, padding: 1, outputPadding: 1, bias: false }),
      convTranspose2d(2, [3, 2]),
    ],
    [6, 5, 2],
  ),
};

it('a clock column, whose mean takes two float32, is standardized as exactly', async () => {
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
  model.dispose();
});

describe.each(Object.entries(models))('%s', (_, changes) => {
  it('another engine computes the same, for batches of any size', async () => {
    const model = await smallModel(changes);
    const { inputShape } = model.encoder;
    const features = inputShape.reduce((product, n) => product * n, 1);
    const rows = (count: number): Matrix => ({
      data: new Draw(count).floats(count * features, 0, 1),
      shape: [count, ...inputShape],
    });
    await model.fit(rows(20), { steps: 5 });
    for (const count of [1, 7]) {
      const data = rows(count);
      const code = await model.encode(data);
      const encoded = await runOnnx(await model.toOnnx('encoder'), data);
      expectSame(encoded.code, code, 'code');
      const kind = model.encoder.layers.at(-1)!.code?.kind;
      if (kind === 'gaussian') expectSame(encoded.logvar, (await model.posterior(data)).logvar, 'logvar');
      else if (kind === 'vectorQuantizer') {
        const { data: indices, shape } = await model.indices(data);
        expect(encoded.indices).toEqual({ data: BigInt64Array.from(indices, BigInt), shape });
      } else expect(Object.keys(encoded)).toEqual(['code']);
      expectSame(
        (await runOnnx(await model.toOnnx('decoder'), code)).reconstruction,
        await model.decode(code),
        'decoded',
      );
      expectSame(
        (await runOnnx(await model.toOnnx(), data)).reconstruction,
        await model.reconstruct(data),
        'reconstruction',
      );
    }
    model.dispose();
  });
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
    model.dispose();
  });
}); // prettier-ignore

it.each(activationNames)('%s', async (activation) => {
  const model = await smallModel({ encoder: [dense(30, activation)], decoder: [dense(12)], loss: 'mse' });
  const data = { data: new Draw(5).floats(20 * 12, -8, 8), shape: [20, 12] };
  expectSame((await runOnnx(await model.toOnnx('encoder'), data)).code, await model.encode(data), activation);
  model.dispose();
});

it('every layer that can be saved was tried', () => {
  const tried = Object.values(models).flatMap(({ encoder = [], decoder = [] }) =>
    [...encoder, ...decoder].map(({ name }) => name),
  );
  expect([...new Set([...tried, 'dense'])].sort()).toEqual(Object.keys(makers.layers).sort());
});

it('says which parts there are', async () => {
  const model = await smallModel();
  const error = await errorOf(model.toOnnx('code' as never));
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toBe("toOnnx: the part is 'autoencoder' or 'encoder' or 'decoder', not 'code'");
  model.dispose();
});

it('makes nothing of a normalisation that has not been fitted', async () => {
  const model = await autoencoder(await sharedGpu(), {
    input: 3,
    encoder: [dense(2)],
    decoder: [dense(3)],
    loss: 'mse',
    normalize: standardize(),
  });
  expect((await errorOf(model.toOnnx())).message).toMatch(/standardize: it is fitted/);
  model.dispose();
});
