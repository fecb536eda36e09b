import { decodeGrid } from '../figures/manifold.ts';
import { models } from '../models.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { beside } from '../pictures/panels.ts';
import { drawScatter } from '../pictures/scatter.ts';
import { look, quickly, seed, trained, type Picture } from './picture.ts';

const side = 12;

/** Where images lie in a code that a discriminator has pulled to the normal distribution, and what the decoder makes of its places. */
export const adversarial: Picture = async (work, amount) => {
  const { shape } = work.train;
  const model = await trained(work, '784-256-2', await models.adversarial.build(work.gpu, shape, seed), amount, {
    optimizer: quickly(work, amount),
  });
  const map = await decodeGrid(model, side);
  const { data: points } = await model.encode(work.test.pixels);
  model.dispose();
  const part = { ...look, width: 320 };
  const axes = { xName: 'first number of the code', yName: 'second number of the code' };
  return beside(
    [
      {
        heading: 'Codes of the test images',
        picture: drawScatter({ points, labels: work.test.labels, ...axes }, part),
      },
      {
        heading: 'A map of the code',
        picture: drawImageGrid({ shape, rows: [{ images: map }], columns: side, gap: 0 }, part),
      },
    ],
    look,
  );
};
