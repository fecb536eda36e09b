/** Every activation and every loss; some of them are also in reference.test.ts. */
import { describe, it } from 'vitest';
import { activationNames } from '../../src/kernels/activation.ts';
import { deepModel, withBlanks } from '../support/deep-model.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

describe('the first ten Adam steps agree with float64 to 1e-5', () => {
  it.each(['mae', 'huber'] as const)('with %s', (loss) => expectTenSteps({ ...deepModel('tanh', 'linear'), loss }));

  it.each(['mse', 'mae', 'huber', 'bce'] as const)('with %s, a third of the values blank', (loss) =>
    expectTenSteps(withBlanks(loss)),
  );

  it.each(activationNames)('with %s and MSE', (activation) => expectTenSteps(deepModel(activation, activation)));
});
