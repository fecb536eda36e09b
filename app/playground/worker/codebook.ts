import type { Autoencoder, Dataset } from '../../../src/index.ts';
import { picturesOf, usesOf } from '../../analysis/codebook.ts';
import type { CodebookLook } from '../protocol.ts';

/**
 * Returns the view of a codebook: how often `held` takes each entry, the images of the entries, and the entries that
 * `shown` takes. `labelOption`: the label that entries are decoded with.
 */
export async function codebookOf(
  model: Autoencoder,
  entries: number,
  held: Dataset,
  shown: Dataset,
  labelOption: { labels?: number[] },
): Promise<CodebookLook> {
  const { data: taken, shape } = await model.indices(held);
  const places = shape.slice(1);
  return {
    places,
    uses: usesOf(taken, entries),
    pictures: await picturesOf(
      model,
      Array.from({ length: entries }, (_, entry) => entry),
      places,
      labelOption,
    ),
    shown: (await model.indices(shown)).data,
  };
}
