import { drawImageGrid } from '../pictures/imageGrid.ts';
import { asValues, firstOfEachClass } from './chosen.ts';
import type { Figure, Trained } from './figure.ts';

export async function reconstructions({ model, test }: Trained): Promise<Figure> {
  const bytes = firstOfEachClass(test, 2);
  const rows = [
    { label: 'original', images: asValues(bytes) },
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
