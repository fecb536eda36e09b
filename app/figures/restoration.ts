import type { Autoencoder } from '../../src/index.ts';
import type { nearest } from '../analysis/enlarge.ts';
import { bicubic, everyNth } from '../analysis/enlarge.ts';
import { meanSquaredError, psnr } from '../analysis/statistics.ts';
import type { TestSet } from '../data.ts';
import { drawImageGrid, type ImageRow } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import { asValues, firstImages, firstOfEachClass } from './chosen.ts';
import type { Figure, NamedNumber, Trained } from './figure.ts';

/** Damaged images, and what a model that was trained to mend them makes of them. */
interface Restoration {
  name: string;
  title: string;
  /** The continuation of the sentence that names the chosen images. */
  caption: string;
  /** The labels of the three rows. */
  labels: [whole: string, damaged: string, mended: string];
  /** Returns the rows between the damaged and the mended images. */
  others?(damaged: Float32Array, shape: TestSet['shape']): ImageRow[];
  /** Returns the results over all test images. */
  numbers(whole: Uint8Array, damaged: Float32Array, mended: Float32Array, shape: TestSet['shape']): NamedNumber[];
}

function restoration({ name, title, caption, labels, others, numbers }: Restoration) {
  return async ({ model, test }: Pick<Trained, 'model' | 'test'>, each: 1 | 2 = 2): Promise<Figure> => {
    const chosen = firstOfEachClass(test, each);
    const [damaged, mended] = await damagedAndMended(model, chosen);
    const rows = [
      { label: labels[0], images: asValues(chosen) },
      { label: labels[1], images: damaged },
      ...(others?.(damaged, test.shape) ?? []),
      { label: labels[2], images: mended },
    ];
    return {
      name,
      title,
      caption: `${firstImages(each)}, ${caption}`,
      numbers: numbers(test.pixels, ...(await damagedAndMended(model, test.pixels)), test.shape),
      draw: (look) => drawImageGrid({ title, shape: test.shape, rows, columns: isWide(look) ? 10 : 5 }, look),
    };
  };
}

async function damagedAndMended(model: Autoencoder, images: Uint8Array): Promise<[Float32Array, Float32Array]> {
  const damaged = await model.corrupt(images, { seed: 1 });
  return [damaged.data, (await model.reconstruct(damaged)).data];
}

const squaredErrors =
  (damaged: string, mended: string) => (whole: Uint8Array, before: Float32Array, after: Float32Array) => [
    { name: `squared error a pixel of the ${damaged}`, value: meanSquaredError(before, whole) },
    { name: `and of the ${mended}`, value: meanSquaredError(after, whole) },
  ];

export const denoising = restoration({
  name: 'denoised',
  title: 'Clean, noisy and denoised',
  caption:
    'the same with the noise the autoencoder was trained with, and what it makes of that. It has seen neither these images nor this noise. The errors in the head are over all test images.',
  labels: ['clean', 'noisy', 'denoised'],
  numbers: squaredErrors('noisy images', 'denoised ones'),
});

export const tileOrder = restoration({
  name: 'tiles',
  title: 'In order, shuffled and restored',
  caption:
    'the same with their quarters in an order drawn by chance, and what the autoencoder makes of that. It has seen none of these images. The errors in the head are over all test images.',
  labels: ['in order', 'shuffled', 'restored'],
  numbers: squaredErrors('shuffled images', 'restored ones'),
});

/** Enlarging pictures of one channel from a `factor`-th of their resolution. */
export const superResolution = (factor: number) => {
  const enlarged = (coarse: Float32Array, [height, width]: TestSet['shape'], enlarge: typeof nearest) =>
    enlarge(everyNth({ data: coarse, shape: [height, width] }, factor), factor).data;
  return restoration({
    name: 'super-resolution',
    title: 'Whole, coarse and enlarged',
    caption:
      `the same at ${factor === 4 ? 'a quarter' : 'a half'} of their resolution, enlarged by cubics (Keys 1981), and by the autoencoder, which has seen none of these images. ` +
      'The signal-to-noise ratios in the head are means over all test images.',
    labels: ['whole', 'coarse', 'the model’s'],
    others: (coarse, shape) => [{ label: 'bicubic', images: enlarged(coarse, shape, bicubic) }],
    numbers: (whole, coarse, mended, shape) => {
      const ratio = (images: ArrayLike<number>) => psnr(images, whole, shape[0] * shape[1]);
      return [
        { name: 'PSNR in dB of the coarse images', value: ratio(coarse) },
        { name: 'of bicubic enlargement', value: ratio(enlarged(coarse, shape, bicubic)) },
        { name: 'of the model’s', value: ratio(mended) },
      ];
    },
  });
};
