import { quantised } from '../architectures.ts';
import { asValues, firstOfEachClass } from '../figures/chosen.ts';
import { codebook } from '../figures/codebook.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { below } from '../pictures/panels.ts';
import { look, quickly, seed, tenColumns, trained, type Picture } from './picture.ts';

/** Digits, what comes back, and the entries that they are made of. */
export const vectorQuantized: Picture = async (work, amount) => {
  const { shape } = work.test;
  const model = await trained(work, '64 entries', await quantised(work.gpu, shape, seed), amount, {
    optimizer: quickly(work, amount),
  });
  const digits = firstOfEachClass(work.test, 1);
  const { data: again } = await model.reconstruct(digits);
  const entries = await codebook({ model, test: work.test });
  model.dispose();
  const rows = [
    { label: 'digit', images: asValues(digits) },
    { label: 'reconstruction', images: again },
  ];
  const panels = [
    { picture: drawImageGrid({ shape, rows, columns: 10 }, tenColumns) },
    { heading: 'The codebook', picture: entries.draw({ ...look, width: tenColumns.width }) },
  ];
  return below(panels, tenColumns);
};
