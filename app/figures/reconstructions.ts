import type { TestSet } from '../data.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import type { Figure, Trained } from './figure.ts';

/** Chosen by label and not by looks: the first two of each digit. */
export async function reconstructions({ model, test }: Trained): Promise<Figure> {
  const chosen = firstOfEachClass(test, 2);
  const size = test.pixels.length / test.count;
  const bytes = new Uint8Array(chosen.length * size);
  chosen.forEach((index, i) => bytes.set(test.pixels.subarray(index * size, (index + 1) * size), i * size));
  const rows = [
    { label: 'original', images: Float32Array.from(bytes, (byte) => byte / 255) },
    { label: 'reconstruction', images: (await model.reconstruct(bytes)).data },
  ];
  const title = 'Originals and reconstructions';
  return {
    name: 'reconstructions',
    title,
    caption: 'The first two test images of each class, above what the autoencoder makes of them. It was not trained on them.',
    draw: (look) => drawImageGrid({ title, shape: test.shape, rows, columns: look.width >= 600 ? 10 : 5 }, look),
  };
}

/** Indices: the first image of every class in the order of the classes, then the second of every class … */
function firstOfEachClass({ labels }: TestSet, each: number): number[] {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const indices = classes.map((label) => [...labels.keys()].filter((i) => labels[i] === label));
  return Array.from({ length: each }, (_, n) => indices.flatMap((ofClass) => ofClass.slice(n, n + 1))).flat();
}
