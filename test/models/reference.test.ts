/** Activations of every kind: those whose slope follows from the value, and those that need what was there before. All others are in reference.long.test.ts. */
import { describe, it } from 'vitest';
import { dense } from '../../src/index.ts';
import { deepModel, withBlanks } from '../support/deep-model.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

describe('the first ten Adam steps agree with float64 to 1e-5', () => {
  it('with three hidden layers and BCE', () =>
    expectTenSteps({
      input: [37],
      encoder: [dense(10, 'relu'), dense(6)],
      decoder: [dense(10, 'relu'), dense(37, 'sigmoid')],
      loss: 'bce',
    }));

  it('with mse, a third of the values blank', () => expectTenSteps(withBlanks('mse')));

  it.each(['relu', 'tanh', 'gelu'] as const)('with %s and MSE', (activation) =>
    expectTenSteps(deepModel(activation, activation)),
  );
});
