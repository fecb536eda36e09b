import { dense, series, type ActivationName, type LossName } from '../../src/index.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';
import { Draw } from './random.ts';
import type { Trained } from './ten-steps.ts';

const features = 20;

/** Layers of this activation, and a last one; the code is so wide that some unit of relu is above 0, for at 0 there are no differences. */
export const deepModel = (inner: ActivationName, last: ActivationName) =>
  ({
    input: [features],
    encoder: [dense(12, inner), dense(8, inner)],
    decoder: [dense(12, inner), dense(features, last)],
  }) satisfies Trained;

/** The same, with data of which a third is missing: each example is a window of a series, which may have blanks. */
export const withBlanks = (loss: LossName): Trained => ({
  ...deepModel('tanh', loss === 'bce' ? 'sigmoid' : 'linear'),
  loss,
  data(examples) {
    const chance = new Draw(5).floats(features * examples, 0, 1);
    return new Draw(4).floats(features * examples, 0, 1).map((value, i) => (chance[i] < 1 / 3 ? NaN : value));
  },
  put: async (data) => forThisTest(await series(await sharedGpu(), data, { length: features, stride: features })),
});
