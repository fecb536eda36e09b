/** Tasks that need no labels: each has its figure, which `npm start` draws too. */
import { puzzles } from '../figures/puzzles.ts';
import { superResolution as enlarging, tileOrder } from '../figures/restoration.ts';
import { models } from '../models.ts';
import { look, seed, trained, type Picture } from './picture.ts';

export const superResolution: Picture = async (work, amount) => {
  const model = await trained(
    work,
    'from a quarter of the resolution',
    await models['super-resolution'].build(work.gpu, work.train.shape, seed),
    amount,
  );
  const { draw } = await enlarging(4)({ model, test: work.test }, 1);
  model.dispose();
  return draw(look);
};

export const tiles: Picture = async (work, amount) => {
  const model = await trained(
    work,
    '784-512-256-512-784',
    await models.tiles.build(work.gpu, work.train.shape, seed),
    amount,
  );
  const { draw } = await tileOrder({ model, test: work.test }, 1);
  model.dispose();
  return draw(look);
};

export const jigsaw: Picture = async (work, amount) => {
  const model = await trained(
    work,
    '3 × 3 tiles in 30 permutations',
    await models.jigsaw.build(work.gpu, work.train.shape, seed),
    amount,
  );
  const { draw } = await puzzles({ model, test: work.test, testLosses: await model.evaluate(work.test.data) }, 1);
  model.dispose();
  return draw(look);
};
