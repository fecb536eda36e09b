/** The convolutional models of the Keras blog (F. Chollet, 2016) and of keras-io. */
import {
  adam,
  autoencoder,
  conv2d,
  convTranspose2d,
  cosine,
  dataset,
  dense,
  flatten,
  gaussian,
  gaussianNoise,
  maxPool2d,
  reshape,
  upsample2d,
  type Corruption,
  type Gpu,
} from '../../src/index.ts';
import { meanSquaredError } from '../analysis/statistics.ts';
import { kerasConvolutional } from '../architectures.ts';
import type { Comparison } from './protocol.ts';
import { epochsInTime, row } from './row.ts';

const same = { padding: 'same' } as const;

export const convolutional = row(
  (machine) => ({
    model: '16, 8 and 8 filters of 3 × 3 with pools between them, a code of 4 × 4 × 8, and back; relu and sigmoid',
    loss: 'bce',
    optimizer: 'adam, its rate falling as a cosine',
    'learning rate': 3e-3,
    'last learning rate': 1e-4,
    epochs: epochsInTime(machine, 50, 8),
    batch: 128,
    seed: 0,
  }),
  async (
    { gpu, machine, train, test, fit },
    { 'learning rate': rate, 'last learning rate': to, epochs, batch, seed },
  ) => {
    const model = await kerasConvolutional(gpu, seed);
    const optimizer = adam(cosine(rate, { to, steps: epochs * Math.ceil(train.count / batch) }));
    await fit('the Keras blog’s convolutional autoencoder', model, train.data, { epochs, batchSize: batch, optimizer });
    const { reconstruction } = await model.evaluate(test.data);
    model.dispose();
    return {
      comparisons: [
        {
          what: 'test BCE a pixel',
          ours: reconstruction,
          decimals: 4,
          reference: '0.094',
          source: 'Keras blog, after 50 epochs',
          asked: 'within 0.01',
          holds: Math.abs(reconstruction - 0.094) < 0.01,
        },
      ],
      notes: machine.software ? [`The blog trains for 50 epochs; on the processor there is time for ${epochs}.`] : [],
    };
  },
);

export const convolutionalDenoising = row(
  (machine) => ({
    model: '32 filters of 3 × 3 twice with pools between them, a code of 7 × 7 × 32, and back; relu and sigmoid',
    loss: 'bce',
    corruption: 'gaussian noise',
    stddev: 0.5,
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: epochsInTime(machine, 100, 2),
    batch: 128,
    'epochs of the dense one': epochsInTime(machine, 100, 10),
    seed: 0,
  }),
  async (
    { gpu, machine, train, test, fit },
    { stddev, 'learning rate': rate, epochs, batch, 'epochs of the dense one': denseEpochs, seed },
  ) => {
    const corrupt = gaussianNoise(stddev);
    const convolutional = await denoiser(gpu, corrupt, seed);
    const options = { epochs, batchSize: batch, optimizer: adam(rate) };
    await fit('the Keras blog’s denoiser', convolutional, train.data, options);
    const flat = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(128, 'relu')],
      decoder: [dense(784, 'sigmoid')],
      loss: 'bce',
      corrupt,
      seed,
    });
    await fit('784-128-784', flat, train.data, { epochs: denseEpochs, batchSize: batch, optimizer: adam(rate) });
    const noisy = await convolutional.corrupt(test.data, { seed: 1 });
    const error = ({ data }: { data: Float32Array }) => meanSquaredError(data, test.pixels);
    const [own, ours, byDense] = [
      error(noisy),
      error(await convolutional.reconstruct(noisy)),
      error(await flat.reconstruct(noisy)),
    ];
    convolutional.dispose();
    flat.dispose();
    const figures = { what: 'error a pixel (MSE) of the denoised test images', ours, decimals: 4, asked: 'lower' };
    return {
      comparisons: [
        { ...figures, reference: own, source: 'the noisy images themselves', holds: ours < own },
        { ...figures, reference: byDense, source: 'dense layers, 784-128-784', holds: ours < byDense },
      ],
      notes: [
        'The blog shows pictures and no figure. Its noisy images are clipped to [0, 1]; ours are not.',
        ...(machine.software ? [`It trains for 100 epochs; on the processor there is time for ${epochs}.`] : []),
      ],
    };
  },
);

const denoiser = (gpu: Gpu, corrupt: Corruption, seed: number) =>
  autoencoder(gpu, {
    input: [28, 28, 1],
    encoder: [conv2d(32, 3, 'relu', same), maxPool2d(2, same), conv2d(32, 3, 'relu', same), maxPool2d(2, same)],
    decoder: [
      conv2d(32, 3, 'relu', same),
      upsample2d(2),
      conv2d(32, 3, 'relu', same),
      upsample2d(2),
      conv2d(1, 3, 'sigmoid', same),
    ],
    loss: 'bce',
    corrupt,
    seed,
  });

export const convolutionalVariational = row(
  (machine) => ({
    model:
      '32 and 64 filters of 3 × 3 with stride 2, dense 16, a Gaussian code of 2, and back by transposed convolutions; relu and sigmoid',
    loss: 'bce',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: epochsInTime(machine, 30, 2),
    batch: 128,
    seed: 0,
  }),
  async ({ gpu, machine, train, test, fit }, { 'learning rate': rate, epochs, batch, seed }) => {
    const model = await autoencoder(gpu, {
      input: [28, 28, 1],
      encoder: [
        conv2d(32, 3, 'relu', { stride: 2, ...same }),
        conv2d(64, 3, 'relu', { stride: 2, ...same }),
        flatten(),
        dense(16, 'relu'),
        gaussian(2),
      ],
      decoder: [
        dense(7 * 7 * 64, 'relu'),
        reshape([7, 7, 64]),
        convTranspose2d(64, 3, 'relu', { stride: 2, ...same }),
        convTranspose2d(32, 3, 'relu', { stride: 2, ...same }),
        convTranspose2d(1, 3, 'sigmoid', same),
      ],
      loss: 'bce',
      seed,
    });
    // As keras-io does it: on all images, those of the test too.
    const all = await dataset(gpu, Uint8Array.from([...train.pixels, ...test.pixels]), { shape: [28, 28, 1] });
    const options = { epochs, batchSize: batch, optimizer: adam(rate) };
    const history = await fit('keras-io’s variational autoencoder', model, all, options);
    all.dispose();
    model.dispose();
    const [first, last] = [history.epochs[0], history.epochs.at(-1)!];
    const source = 'keras-io';
    const full = {
      source: `${source}, after 30 epochs`,
      ...(epochs >= 30 && { asked: 'within 2 %', holds: Math.abs(last.loss / 146.95 - 1) < 0.02 }),
    };
    const comparisons: Comparison[] = [
      {
        what: 'reconstruction term in the first epoch, nats an image',
        ours: first.reconstruction,
        decimals: 2,
        reference: '205.2',
        source,
        asked: 'within 5 %',
        holds: Math.abs(first.reconstruction / 205.2 - 1) < 0.05,
      },
      {
        what: `−ELBO in epoch ${history.epochs.length}, nats an image`,
        ours: last.loss,
        decimals: 2,
        reference: '146.95',
        ...full,
      },
      {
        what: 'its reconstruction term',
        ours: last.reconstruction,
        decimals: 2,
        reference: '140.15',
        source: full.source,
      },
      { what: 'its KL', ours: last.kl!, decimals: 2, reference: '6.80', source: full.source },
    ];
    return {
      comparisons,
      notes: [
        'All figures are means over the training images of the epoch, as keras-io prints them.',
        ...(machine.software ? [`It trains for 30 epochs; on the processor there is time for ${epochs}.`] : []),
      ],
    };
  },
);
