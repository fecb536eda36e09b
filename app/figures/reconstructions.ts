import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import { asValues, firstImages, firstOfEachClass } from './chosen.ts';
import type { Figure, Trained } from './figure.ts';

export async function reconstructions(
  { model, test }: Pick<Trained, 'model' | 'test'>,
  each: 1 | 2 = 2,
): Promise<Figure> {
  const bytes = firstOfEachClass(test, each);
  const rows = [
    { label: 'original', images: asValues(bytes) },
    { label: 'reconstruction', images: (await model.reconstruct(bytes)).data },
  ];
  const title = 'Originals and reconstructions';
  return {
    name: 'reconstructions',
    title,
    caption: `${firstImages(each)}, above what the autoencoder makes of them. It was not trained on them.`,
    draw: (look) => drawImageGrid({ title, shape: test.shape, rows, columns: isWide(look) ? 10 : 5 }, look),
  };
}
