import type { Autoencoder, Gan } from '../../src/index.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import type { Figure, Trained } from './figure.ts';

/** Samples of a quantised code, each place's entry drawn by how often the training images take it there. */
export async function samplesByFrequency(trained: Trained): Promise<Figure> {
  await trained.model.fitSampler(trained.train.pixels);
  const figure = await samples(trained);
  return {
    ...figure,
    caption:
      'What the model makes of entries drawn place by place, each as often as training images take it there. Places know nothing of each other, so these are strokes rather than digits.',
  };
}

export async function samples({ model, test }: Pick<Trained<Autoencoder | Gan>, 'model' | 'test'>): Promise<Figure> {
  const { data } = await model.sample(60, { seed: 1 });
  const title = 'Samples';
  return {
    name: 'samples',
    title,
    caption:
      'What the model makes of codes drawn from the prior, the normal distribution: images that nobody has written. None were left out.',
    draw: (look) =>
      drawImageGrid({ title, shape: test.shape, rows: [{ images: data }], columns: isWide(look) ? 12 : 6 }, look),
  };
}
