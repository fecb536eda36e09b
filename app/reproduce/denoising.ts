import { adam } from '../../src/index.ts';
import { meanSquaredError } from '../analysis/statistics.ts';
import { denoiser } from '../architectures.ts';
import type { Comparison } from './protocol.ts';
import { row, shortened } from './row.ts';

const stddevs = [0.25, 0.5, 0.75];

/** Vincent et al. 2008, with Gaussian noise: an autoencoder that was trained to denoise does it better than one that was not. */
export const denoising = row(
  (machine) => ({
    model: '784-128-784, relu and sigmoid',
    loss: 'bce',
    corruption: 'gaussian noise',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 10),
    batch: 256,
    seed: 0,
  }),
  async ({ gpu, train, test, fit }, { 'learning rate': rate, epochs, batch, seed }) => {
    const trained = async (name: string, stddev?: number) => {
      const model = await denoiser(gpu, 784, stddev, seed);
      await fit(`784-128-784, ${name}`, model, train.data, { epochs, batchSize: batch, optimizer: adam(rate) });
      return model;
    };
    const plain = await trained('plain');
    const comparisons: Comparison[] = [];
    for (const stddev of stddevs) {
      const model = await trained(`σ = ${stddev}`, stddev);
      const noisy = await model.corrupt(test.data, { seed: 1 });
      const error = ({ data }: { data: Float32Array }) => meanSquaredError(data, test.pixels);
      const [own, denoised, byPlain] = [
        error(noisy),
        error(await model.reconstruct(noisy)),
        error(await plain.reconstruct(noisy)),
      ];
      const figures = {
        what: `σ = ${stddev}: error a pixel (MSE) of the denoised images`,
        ours: denoised,
        decimals: 4,
        asked: 'lower',
      };
      comparisons.push({ ...figures, reference: own, source: 'the noisy images themselves', holds: denoised < own });
      comparisons.push({ ...figures, reference: byPlain, source: 'the plain autoencoder', holds: denoised < byPlain });
      model.dispose();
    }
    plain.dispose();
    return {
      comparisons,
      notes: ['Test images, noise that no training has seen, nothing clipped; all errors are to the clean images.'],
    };
  },
);
