import { drawnByLabel } from '../analysis/byLabel.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import type { Figure, Trained } from './figure.ts';

/** Samples for each label of ten. */
export async function samplesByLabel({ model, test }: Trained): Promise<Figure> {
  const rows = await drawnByLabel(model, 10, 10);
  const title = 'Samples for each label';
  return {
    name: 'samples',
    title,
    caption:
      'Ten codes drawn from the prior, the normal distribution, and decoded with each label: a row has one label, a column one code. None were left out.',
    draw: (look) => {
      const wide = isWide(look);
      const size = test.pixels.length / test.count;
      // Beside narrow rows there is no room for labels, nor for ten columns.
      const shown = wide
        ? rows
        : rows.map(({ images }) => ({ images: Array.prototype.slice.call(images, 0, 5 * size) as number[] }));
      return drawImageGrid({ title, shape: test.shape, rows: shown, columns: wide ? 10 : 5 }, look);
    },
  };
}
