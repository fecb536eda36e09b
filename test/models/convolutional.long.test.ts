import { describe, expect, it } from 'vitest';
import { models } from '../../bench/models.ts';
import { modelOf } from '../../bench/ours.ts';
import {
  adam, conv2d, convTranspose2d, dataset, maxPool2d, upsample2d, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

describe('a convolutional autoencoder', () => {
  it('of seven convolutions uses 39 dispatches for a step, one of which sums the parts of all gradients', async () => {
    const gpu = await sharedGpu();
    const work = models.find(({ name }) => name === 'conv')!;
    const model = forThisTest(await modelOf(gpu, work));
    const data = forThisTest(await dataset(gpu, new Draw(1).floats(2 * 784 * 32, 0, 1), { shape: [...work.input] }));
    const before = gpu.counters().dispatches;
    await model.fit(data, { epochs: 1, batchSize: 32 });
    // Two steps and a shuffle.
    expect(gpu.counters().dispatches - before).toBe(2 * 39 + 1);
  });

  it('with a stride for each axis takes the first ten Adam steps as float64 does, to 1e-5', () => {
    const same = { padding: 'same' } as const;
    return expectTenSteps({
      input: [6, 3, 2],
      encoder: [conv2d(3, [4, 1], 'tanh', { stride: [2, 1], ...same }), conv2d(2, [1, 3], 'tanh', { stride: [1, 3] })],
      decoder: [
        convTranspose2d(3, [1, 3], 'tanh', { stride: [1, 3], ...same }),
        convTranspose2d(2, [4, 1], 'sigmoid', { stride: [2, 1], padding: [1, 0] }),
      ],
      loss: 'bce',
    });
  });

  it('of sequences as images of width 1 keeps the width, and learns', async () => {
    const strided = { stride: [2, 1], padding: 'same' } as const;
    const model = await makeModel({
      input: [288, 1, 1],
      encoder: [conv2d(8, [7, 1], 'relu', strided), conv2d(4, [7, 1], 'relu', strided)],
      decoder: [convTranspose2d(8, [7, 1], 'relu', strided), convTranspose2d(1, [7, 1], 'linear', strided)],
      loss: 'mse',
    });
    expect([...model.encoder.describe(), ...model.decoder.describe()].map(({ outputShape }) => outputShape)).toEqual([
      [144, 1, 8],
      [72, 1, 4],
      [144, 1, 8],
      [288, 1, 1],
    ]);
    // A wave a sequence, each of another phase.
    const data = Float32Array.from({ length: 64 * 288 }, (_, i) => Math.sin((i % 288) / 9 + Math.floor(i / 288)));
    const { epochs } = await model.fit(data, { epochs: 10, batchSize: 16, optimizer: adam(1e-2) });
    expect(epochs.at(-1)!.loss).toBeLessThan(0.2 * epochs[0].loss);
    expect((await model.encode(data)).shape).toEqual([64, 72, 1, 4]);
    expect((await model.reconstruct(data)).shape).toEqual([64, 288, 1, 1]);
  });

  it('of pooling and upsampling learns, with the same bits for the same seed', async () => {
    const spec = (): AutoencoderSpec => ({
      input: [8, 8, 1],
      encoder: [
        conv2d(8, 3, 'relu', { padding: 'same' }),
        maxPool2d(2),
        conv2d(4, 3, 'relu', { padding: 'same' }),
        maxPool2d(2, { padding: 'same' }),
      ],
      decoder: [
        conv2d(4, 3, 'relu', { padding: 'same' }),
        upsample2d(2),
        conv2d(8, 3, 'relu', { padding: 'same' }),
        upsample2d(2, 'bilinear'),
        conv2d(1, 3, 'sigmoid', { padding: 'same' }),
      ],
      loss: 'bce',
    });
    // Bright bars on dark ground.
    const data = Float32Array.from({ length: 64 * 64 }, (_, i) =>
      Math.floor(i / 8) % 8 === Math.floor(i / 64) % 8 ? 1 : 0,
    );
    const train = async () => {
      const model = await makeModel(spec());
      const { epochs } = await model.fit(data, { epochs: 60, batchSize: 16, optimizer: adam(1e-2) });
      expect(epochs.at(-1)!.loss).toBeLessThan(0.4 * epochs[0].loss);
      expect(model.encoder.outputShape).toEqual([2, 2, 4]);
      expect((await model.encode(data)).shape).toEqual([64, 2, 2, 4]);
      const trained = await bits(model);
      return trained;
    };
    expect(await train()).toEqual(await train());
  });
});
