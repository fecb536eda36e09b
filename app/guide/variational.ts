import { decodeGrid } from '../figures/manifold.ts';
import { models } from '../models.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { beside } from '../pictures/panels.ts';
import { look, quickly, seed, trained, type Picture } from './picture.ts';

const side = 10;
const samplesSide = 5;

/** A code of two numbers as a map, and what a longer one makes up. */
export const variational: Picture = async (work, amount) => {
  const { shape } = work.train;
  const flat = await trained(work, '784-256-2', await models['variational-2d'].build(work.gpu, shape, seed), amount, {
    optimizer: quickly(work, amount),
  });
  const map = await decodeGrid(flat, side);
  flat.dispose();
  const model = await trained(work, '784-400-20', await models.variational.build(work.gpu, shape, seed), amount, {
    optimizer: quickly(work, amount),
  });
  const { data: samples } = await model.sample(samplesSide ** 2, { seed: 1 });
  model.dispose();
  const part = { ...look, width: 320 };
  return beside(
    [
      {
        heading: 'A map of a code of two numbers',
        picture: drawImageGrid({ shape, rows: [{ images: map }], columns: side, gap: 0 }, part),
      },
      {
        heading: 'Samples, from a code of twenty',
        picture: drawImageGrid({ shape, rows: [{ images: samples }], columns: samplesSide }, part),
      },
    ],
    look,
  );
};
