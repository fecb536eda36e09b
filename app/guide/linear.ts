import { subspace } from '../figures/subspace.ts';
import { models } from '../models.ts';
import { look, seed, stepsOf, trained, type Picture } from './picture.ts';

const batch = 256;

export const linear: Picture = async (work, amount) => {
  const model = await trained(
    work,
    '784-32-784, linear',
    await models.linear.build(work.gpu, work.train.shape, seed),
    amount,
    { batch, optimizer: models.linear.optimizer(stepsOf(work, amount, batch)) },
  );
  await work.say('principal components in float64');
  const { draw } = await subspace({ model, test: work.test, components: work.components }, 10);
  model.dispose();
  return draw(look);
};
