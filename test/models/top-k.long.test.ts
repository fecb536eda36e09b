import { it } from 'vitest';
import { dense, topK } from '../../src/index.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

it('topK takes the first ten steps as float64 does for a code many times as wide as k', () =>
  expectTenSteps({ input: [5], encoder: [dense(4, 'tanh'), dense(40, 'gelu'), topK(2)], decoder: [dense(5)] }));
