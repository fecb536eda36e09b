import { picturesOf, usesOf } from '../analysis/codebook.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import type { Figure, Trained } from './figure.ts';

/** The entries of a codebook: what is decoded where every place has the same one, those first that test images take most. */
export async function codebook({ model, test }: Pick<Trained, 'model' | 'test'>): Promise<Figure> {
  const { data: taken, shape } = await model.indices(test.pixels);
  const uses = usesOf(taken, taken.reduce((most, entry) => Math.max(most, entry), 0) + 1);
  const used = [...uses.keys()].filter((entry) => uses[entry]);
  const entries = used.sort((a, b) => uses[b] - uses[a] || a - b);
  const images = await picturesOf(model, entries, shape.slice(1));
  const title = 'The codebook';
  return {
    name: 'codebook',
    title,
    caption: `The ${entries.length} entries that test images take, most often those at the beginning: what the model makes of each where all places have it.`,
    numbers: [{ name: 'entries that test images take', value: entries.length }],
    draw: (look) =>
      drawImageGrid({ title, shape: test.shape, rows: [{ images }], columns: isWide(look) ? 16 : 8 }, look),
  };
}
