import { drawImageGrid } from '../pictures/imageGrid.ts';
import { asValues, firstOfEachClass } from './chosen.ts';
import type { Figure, Trained } from './figure.ts';

export async function denoising({ model, test }: Trained): Promise<Figure> {
  const seed = 1;
  const chosen = firstOfEachClass(test, 2);
  const noisy = await model.corrupt(chosen, { seed });
  const rows = [
    { label: 'clean', images: asValues(chosen) },
    { label: 'noisy', images: noisy.data },
    { label: 'denoised', images: (await model.reconstruct(noisy)).data },
  ];
  const allNoisy = await model.corrupt(test.pixels, { seed });
  const allDenoised = await model.reconstruct(allNoisy);
  const title = 'Clean, noisy and denoised';
  return {
    name: 'denoised',
    title,
    caption:
      'The first two test images of each class, the same with the noise the autoencoder was trained with, and what it makes of that. ' +
      'It has seen neither these images nor this noise. The errors in the head are over all test images.',
    numbers: [
      { name: 'squared error a pixel of the noisy images', value: squaredError(allNoisy.data, test.pixels) },
      { name: 'and of the denoised ones', value: squaredError(allDenoised.data, test.pixels) },
    ],
    draw: (look) => drawImageGrid({ title, shape: test.shape, rows, columns: look.width >= 600 ? 10 : 5 }, look),
  };
}

/** The mean over all pixels. */
function squaredError(values: Float32Array, clean: Uint8Array): number {
  return values.reduce((sum, value, i) => sum + (value - clean[i] / 255) ** 2, 0) / values.length;
}
