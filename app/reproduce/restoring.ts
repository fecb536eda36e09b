/** Pretext tasks that give a damaged image back: from a picture of low resolution, and from tiles in a wrong order. */
import { adam } from '../../src/index.ts';
import { bicubic, everyNth, nearest } from '../analysis/enlarge.ts';
import { meanSquaredError, psnr } from '../analysis/statistics.ts';
import { enlarger, tileRestorer } from '../architectures.ts';
import type { Comparison } from './protocol.ts';
import { row, shortened } from './row.ts';

const factors = [2, 4] as const;

export const superResolution = row(
  (machine) => ({
    model:
      '32 filters of factor × factor, 64 of 3 × 3 where the picture is small, transposed convolutions of 4 × 4 back; relu and sigmoid',
    loss: 'bce',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 3),
    batch: 128,
    seed: 0,
  }),
  async ({ gpu, train, test, fit }, { 'learning rate': rate, epochs, batch, seed }) => {
    const comparisons: Comparison[] = [];
    for (const factor of factors) {
      const model = await enlarger(gpu, [28, 28, 1], factor, seed);
      await fit(`factor ${factor}`, model, train.data, { epochs, batchSize: batch, optimizer: adam(rate) });
      const coarse = await model.corrupt(test.data);
      const ours = psnr((await model.reconstruct(coarse)).data, test.pixels, 784);
      model.dispose();
      const small = everyNth({ data: coarse.data, shape: [28, 28] }, factor);
      const byRule = (enlarge: typeof nearest) => psnr(enlarge(small, factor).data, test.pixels, 784);
      const figures = { what: `factor ${factor}: PSNR of the test images, dB`, ours, decimals: 2 };
      const [repeated, smooth] = [byRule(nearest), byRule(bicubic)];
      comparisons.push(
        { ...figures, reference: repeated, source: 'pixels repeated', asked: 'higher', holds: ours > repeated },
        {
          ...figures,
          reference: smooth,
          source: 'bicubic enlargement',
          asked: factor === 4 ? 'at least 2 dB higher' : 'higher',
          holds: ours >= smooth + (factor === 4 ? 2 : 0),
        },
      );
    }
    return {
      comparisons,
      notes: [
        'A pixel of the small picture is the mean of its block. PSNR is the mean over the images, the peak being 1. Bicubic: Keys 1981, a = −1/2.',
      ],
    };
  },
);

export const tiles = row(
  (machine) => ({
    model: '784-512-256-512-784, relu and sigmoid',
    loss: 'bce',
    corruption: '2 × 2 tiles in a random order',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 10),
    batch: 128,
    seed: 0,
  }),
  async ({ gpu, train, test, fit }, { 'learning rate': rate, epochs, batch, seed }) => {
    const model = await tileRestorer(gpu, [28, 28, 1], seed);
    await fit('784-512-256-512-784', model, train.data, { epochs, batchSize: batch, optimizer: adam(rate) });
    const shuffled = await model.corrupt(test.data, { seed: 1 });
    const error = ({ data }: { data: Float32Array }) => meanSquaredError(data, test.pixels);
    const [own, ours] = [error(shuffled), error(await model.reconstruct(shuffled))];
    model.dispose();
    const figures = { what: 'error a pixel (MSE) of the test images put in order', ours, decimals: 4 };
    return {
      comparisons: [
        {
          ...figures,
          reference: own,
          source: 'the shuffled images themselves',
          asked: 'a quarter',
          holds: ours < own / 4,
        },
        { ...figures, reference: 0.0675, source: 'the mean image', asked: 'lower', holds: ours < 0.0675 },
      ],
      notes: [],
    };
  },
);
