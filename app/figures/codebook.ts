import { drawImageGrid } from '../pictures/imageGrid.ts';
import type { Figure, Trained } from './figure.ts';

/** The entries of a codebook: what is decoded where every place has the same one, those first that test images take most. */
export async function codebook({ model, test }: Pick<Trained, 'model' | 'test'>): Promise<Figure> {
  const { data: taken, shape } = await model.indices(test.pixels);
  const perImage = taken.length / shape[0];
  const uses = new Map<number, number>();
  for (const entry of taken) uses.set(entry, (uses.get(entry) ?? 0) + 1);
  const entries = [...uses].sort(([a, m], [b, n]) => n - m || a - b).map(([entry]) => entry);
  const data = Uint32Array.from({ length: entries.length * perImage }, (_, i) => entries[Math.floor(i / perImage)]);
  const { data: images } = await model.decode({ data, shape: [entries.length, ...shape.slice(1)] });
  const title = 'The codebook';
  return {
    name: 'codebook',
    title,
    caption: `The ${entries.length} entries that test images take, most often those at the beginning: what the model makes of each where all places have it.`,
    numbers: [{ name: 'entries that test images take', value: entries.length }],
    draw: (look) =>
      drawImageGrid({ title, shape: test.shape, rows: [{ images }], columns: look.width >= 600 ? 16 : 8 }, look),
  };
}
