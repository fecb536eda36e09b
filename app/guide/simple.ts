import { asValues, firstOfEachClass } from '../figures/chosen.ts';
import { models } from '../models.ts';
import { drawImageGrid, type ImageGrid } from '../pictures/imageGrid.ts';
import { below } from '../pictures/panels.ts';
import { seed, tenColumns, trained, type Picture } from './picture.ts';

/** What goes in, the code it is squeezed into, and what comes out. */
export const simple: Picture = async (work, amount) => {
  const { shape } = work.train;
  const model = await trained(work, '784-32-784', await models.simple.build(work.gpu, shape, seed), amount, {
    batch: 256,
  });
  const digits = firstOfEachClass(work.test, 1);
  const { data: codes } = await model.encode(digits);
  const { data: again } = await model.reconstruct(digits);
  model.dispose();
  const row = (label: string, images: ArrayLike<number>, parts: Partial<ImageGrid> = {}) => ({
    picture: drawImageGrid({ shape, rows: [{ label, images }], columns: 10, ...parts }, tenColumns),
  });
  return below(
    [
      row('digit', asValues(digits)),
      row('code', codes, { shape: [4, 8, 1], signed: true }),
      row('reconstruction', again),
    ],
    tenColumns,
  );
};
