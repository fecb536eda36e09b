import { mostUsed, usesOfLatents } from '../analysis/dictionary.ts';
import { columns } from '../analysis/pca.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import type { Figure, Trained } from './figure.ts';

/** The entries of a sparse dictionary, the columns of its decoder: those first that most test images take. */
export async function dictionary({ model, test }: Pick<Trained, 'model' | 'test'>, shown = 160): Promise<Figure> {
  const entries = columns((await model.weights())['decoder.0.weight']);
  const { data: codes } = await model.encode(test.pixels);
  const uses = usesOfLatents(codes, entries.length);
  const order = mostUsed(uses).slice(0, shown);
  const images = order.flatMap((entry) => Array.from(entries[entry]));
  const active = uses.reduce((sum, count) => sum + count, 0) / test.count;
  const title = 'The dictionary';
  return {
    name: 'dictionary',
    title,
    caption:
      `${order.length === entries.length ? 'All' : `${order.length} of the ${entries.length}`} entries, those at the beginning that most test images take: ` +
      'what each adds to an image that takes it. Each is on a scale of its own.',
    numbers: [
      { name: 'numbers of a test image’s code that are not 0, the mean', value: active },
      { name: 'entries that no test image takes', value: uses.filter((count) => !count).length },
    ],
    draw: (look) =>
      drawImageGrid(
        { title, shape: test.shape, rows: [{ images }], columns: isWide(look) ? 16 : 8, signed: true },
        look,
      ),
  };
}
