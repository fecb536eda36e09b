import { autoencoder, dense, normal } from '../../src/index.ts';
import { models } from '../models.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { beside } from '../pictures/panels.ts';
import { look, quickly, seed, trained, type Picture } from './picture.ts';

const side = 6;

/** What the decoder makes of draws from the prior, with the penalty and without. */
export const wasserstein: Picture = async (work, amount) => {
  const { shape } = work.train;
  const plain = () =>
    autoencoder(work.gpu, {
      input: 784,
      encoder: [dense(256, 'relu'), dense(8)],
      decoder: [dense(256, 'relu'), dense(784, 'sigmoid')],
      loss: 'bce',
      seed,
    });
  const panels = [];
  for (const [heading, build] of [
    ['With the penalty', () => models.wae.build(work.gpu, shape, seed)],
    ['Without', plain],
  ] as const) {
    const model = await trained(work, heading, await build(), amount, { optimizer: quickly(work, amount) });
    const codes = { data: normal().draw(side ** 2 * model.codeSize, 1, 0), shape: [side ** 2, model.codeSize] };
    const { data: images } = await model.decode(codes);
    model.dispose();
    const part = { ...look, width: 320 };
    panels.push({ heading, picture: drawImageGrid({ shape, rows: [{ images }], columns: side }, part) });
  }
  return beside(panels, look);
};
