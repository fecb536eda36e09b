/** Rarer models than those of conditional.test.ts. */
import { describe, it } from 'vitest';
import {
  adversarial, contractive, conv2d, convTranspose2d, dense, flatten, gaussian, reshape, topK, unitNorm, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { condition, expectItsGradient, expectTheSameFromFile, variational } from '../support/conditional.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

describe('the first ten Adam steps agree with float64, which multiplies labels as one-hot vectors', () => {
  it('of convolutions, and a dense layer after a flattened image', () =>
    expectTenSteps({
      input: [3, 3, 2],
      encoder: [conv2d(3, 2, 'tanh'), conv2d(1, 2)],
      decoder: [flatten(), dense(18, 'tanh'), reshape([3, 3, 2])],
      condition,
    }));

  it('of layers whose slope is computed before the activation, with units in fours', () =>
    expectTenSteps({ input: [5], encoder: [dense(8, 'gelu')], decoder: [dense(5)], condition: { classes: 2 } }));

  it('of layers after others without labels', () =>
    expectTenSteps({
      input: [3, 2, 2],
      encoder: [flatten(), dense(4, ['leakyRelu', { slope: 0.3 }]), dense(3)],
      decoder: [dense(12), reshape([3, 2, 2])],
      condition,
    }));
});

describe('follows the gradient of evaluate, including the biases of classes', () => {
  it.each<[string, Partial<AutoencoderSpec>]>([
    ['tied weights', { tied: true, encoder: [dense(5, 'tanh')] }],
    [
      'several samples of a Gaussian code',
      { ...variational, encoder: [dense(6, 'tanh'), gaussian(2, { samples: 3 })] },
    ],
    ['a contractive penalty', { penalty: contractive(0.1), encoder: [dense(6, 'tanh'), dense(3, 'sigmoid')] }],
  ])('%s', (_, changes) => expectItsGradient(changes));
});

describe('gives the same bits', () => {
  it.each<[string, Partial<AutoencoderSpec>]>([
    ['with tied weights', { tied: true }],
    ['with a rival', { penalty: adversarial([dense(4, 'relu')], { on: 'output' }) }],
    ['of images', { input: [2, 2, 3], encoder: [conv2d(4, 2, 'relu')], decoder: [convTranspose2d(3, 2, 'sigmoid')] }],
    ['with a sparse code', { encoder: [dense(8, 'relu'), topK(3)], penalty: unitNorm() }],
  ])('through a file: %s', (_, changes) => expectTheSameFromFile(changes));
});
