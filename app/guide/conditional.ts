import { drawnByLabel } from '../analysis/byLabel.ts';
import { models } from '../models.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { beside } from '../pictures/panels.ts';
import { look, quickly, seed, trained, type Picture } from './picture.ts';

const classes = 10;
const columns = 8;

/** Codes of the prior decoded with each label, and codes of test images decoded with labels that are not theirs. */
export const conditional: Picture = async (work, amount) => {
  const { shape, data } = work.test;
  const model = await trained(
    work,
    '784-256-10, told labels',
    await models.conditional.build(work.gpu, shape, seed),
    amount,
    { optimizer: quickly(work, amount) },
  );
  const drawn = await drawnByLabel(model, classes, columns);
  const images = data.take(columns);
  const codes = await model.encode(images);
  const asOthers = [];
  for (let label = 0; label < classes; label++) {
    const labels = Array<number>(columns).fill(label);
    asOthers.push({ images: (await model.decode(codes, { labels })).data });
  }
  const originals = Float32Array.from(work.test.pixels.subarray(0, columns * 784), (value) => value / 255);
  images.dispose();
  model.dispose();
  const part = { ...look, width: 320 };
  const grid = (rows: { images: ArrayLike<number> }[]) => drawImageGrid({ shape, rows, columns }, part);
  return beside(
    [
      { heading: 'Draws, with each label', picture: grid(drawn.map(({ images }) => ({ images }))) },
      { heading: 'Test images, with each label', picture: grid([{ images: originals }, ...asOthers]) },
    ],
    look,
  );
};
