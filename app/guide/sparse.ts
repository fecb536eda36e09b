import { dictionaryOf } from '../architectures.ts';
import { asValues, firstOfEachClass } from '../figures/chosen.ts';
import { dictionary } from '../figures/dictionary.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { below } from '../pictures/panels.ts';
import { look, quickly, seed, tenColumns, trained, type Picture } from './picture.ts';

/** Digits, what comes back, and the entries that they are sums of. */
export const sparse: Picture = async (work, amount) => {
  const { shape } = work.test;
  const model = await trained(work, '512 entries', await dictionaryOf(work.gpu, 784, seed), amount, {
    optimizer: quickly(work, amount),
  });
  const digits = firstOfEachClass(work.test, 1);
  const { data: again } = await model.reconstruct(digits);
  const entries = await dictionary({ model, test: work.test }, 64);
  model.dispose();
  const rows = [
    { label: 'digit', images: asValues(digits) },
    { label: 'reconstruction', images: again },
  ];
  const panels = [
    { picture: drawImageGrid({ shape, rows, columns: 10 }, tenColumns) },
    { heading: 'The dictionary', picture: entries.draw({ ...look, width: tenColumns.width }) },
  ];
  return below(panels, tenColumns);
};
