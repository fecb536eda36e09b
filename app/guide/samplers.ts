import { autoencoder, dense, normal } from '../../src/index.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { beside } from '../pictures/panels.ts';
import { look, quickly, seed, trained, type Picture } from './picture.ts';

const side = 6;
const count = side ** 2;

/** What the decoder of a plain autoencoder makes of codes drawn in three ways. */
export const samplers: Picture = async (work, amount) => {
  const { shape, data } = work.train;
  const plain = await autoencoder(work.gpu, {
    input: 784,
    encoder: [dense(128, 'relu'), dense(16)],
    decoder: [dense(128, 'relu'), dense(784, 'sigmoid')],
    loss: 'bce',
    seed,
  });
  const model = await trained(work, '784-128-16-128-784', plain, amount, { optimizer: quickly(work, amount) });
  const sampled = async (components: number) => {
    await model.fitSampler(data, { components });
    return (await model.sample(count, { seed: 1 })).data;
  };
  const standard = { data: normal().draw(count * model.codeSize, 1, 0), shape: [count, model.codeSize] };
  const panels = [
    { heading: 'N(0, I)', images: (await model.decode(standard)).data },
    { heading: 'One Gaussian', images: await sampled(1) },
    { heading: 'A mixture of 20', images: await sampled(20) },
  ].map(({ heading, images }) => ({
    heading,
    picture: drawImageGrid({ shape, rows: [{ images }], columns: side }, { ...look, width: 250 }),
  }));
  model.dispose();
  return beside(panels, look);
};
