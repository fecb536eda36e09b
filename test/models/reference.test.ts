import { describe, it } from 'vitest';
import { dense, series, type ActivationName } from '../../src/index.ts';
import { activationNames } from '../../src/kernels/activation.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

const features = 20;
/** Layers of this activation, and a last one; the code is so wide that some unit of relu is above 0, for at 0 there are no differences. */
const network = (inner: ActivationName, last: ActivationName) => ({
  input: [features],
  encoder: [dense(12, inner), dense(8, inner)],
  decoder: [dense(12, inner), dense(features, last)],
});

/** Data of which a third is missing. */
function withBlanks(examples: number): Float32Array {
  const chance = new Draw(5).floats(features * examples, 0, 1);
  return new Draw(4).floats(features * examples, 0, 1).map((value, i) => (chance[i] < 1 / 3 ? NaN : value));
}

/** Each example as a window of a series, which may have blanks. */
const windows = async (data: Float32Array) =>
  forThisTest(await series(await sharedGpu(), data, { length: features, stride: features }));

describe('the first ten Adam steps agree with float64 to 1e-5', () => {
  it('with three hidden layers and BCE', () =>
    expectTenSteps({
      input: [37],
      encoder: [dense(10, 'relu'), dense(6)],
      decoder: [dense(10, 'relu'), dense(37, 'sigmoid')],
      loss: 'bce',
    }));

  it.each(['mae', 'huber'] as const)('with %s', (loss) => expectTenSteps({ ...network('tanh', 'linear'), loss }));

  it.each(['mse', 'mae', 'huber', 'bce'] as const)('with %s, a third of the values blank', (loss) =>
    expectTenSteps({
      ...network('tanh', loss === 'bce' ? 'sigmoid' : 'linear'),
      loss,
      data: withBlanks,
      put: windows,
    }),
  );

  it.each(activationNames)('with %s and MSE', (activation) => expectTenSteps(network(activation, activation)));
});
