import { normalQuantile } from '../analysis/normal.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import type { Figure, Trained } from './figure.ts';

const sides = { wide: 20, narrow: 13 };

/** For a code of two numbers. */
export async function manifold({ model, test }: Trained): Promise<Figure> {
  const images = { wide: await decodeGrid(model, sides.wide), narrow: await decodeGrid(model, sides.narrow) };
  const title = 'A map of the code';
  return {
    name: 'manifold',
    title,
    caption:
      'What the decoder makes of codes on a grid: the first number grows to the right, the second upwards. ' +
      'The grid is denser where the normal distribution is, so that every image stands for the same share of codes.',
    draw: (look) => {
      const size = isWide(look) ? 'wide' : 'narrow';
      return drawImageGrid(
        { title, shape: test.shape, rows: [{ images: images[size] }], columns: sides[size], gap: 0 },
        look,
      );
    },
  };
}

/** What the decoder makes of side × side codes, row by row from the top. */
export async function decodeGrid(model: Trained['model'], side: number): Promise<Float32Array> {
  const places = Array.from({ length: side }, (_, i) => normalQuantile((i + 0.5) / side));
  const grid = places.toReversed().flatMap((y) => places.flatMap((x) => [x, y]));
  return (await model.decode(Float32Array.from(grid))).data;
}
