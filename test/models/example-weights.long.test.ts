import { it } from 'vitest';
import { conv2d, convTranspose2d, dense, flatten, reshape } from '../../src/index.ts';
import { expectToCountAsOften } from '../support/weighted.ts';

it('an example with a weight counts as often as it says in a model of convolutions', () =>
  expectToCountAsOften({
    input: [2, 3, 2],
    encoder: [conv2d(3, 2, 'tanh'), flatten(), dense(4)],
    decoder: [dense(6, 'tanh'), reshape([1, 2, 3]), convTranspose2d(2, 2, 'sigmoid')],
  }));
