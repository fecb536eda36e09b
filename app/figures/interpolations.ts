import { drawImageGrid } from '../pictures/imageGrid.ts';
import { firstOfEachClass } from './chosen.ts';
import type { Figure, Trained } from './figure.ts';

const steps = 10;

export async function interpolations({ model, test }: Trained): Promise<Figure> {
  const bytes = firstOfEachClass(test, 1);
  const size = test.pixels.length / test.count;
  const image = (i: number) => bytes.subarray(i * size, (i + 1) * size);
  const count = bytes.length / size;
  const rows: { images: Float32Array }[] = [];
  for (let i = 0; i + 1 < count; i += 2)
    rows.push({ images: (await model.interpolate(image(i), image(i + 1), steps)).data });
  const title = 'From one image to another';
  return {
    name: 'interpolations',
    title,
    caption:
      'In each row the way from the code of one test image to that of another, decoded: 0 to 1, 2 to 3 and so on, the first image of each class.',
    draw: (look) => drawImageGrid({ title, shape: test.shape, rows, columns: steps }, look),
  };
}
