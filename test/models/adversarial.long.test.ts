import { it } from 'vitest';
import { expectTenStepsOfBoth } from '../support/rivals.ts';

it.each<[string, Parameters<typeof expectTenStepsOfBoth>[0]]>([
  ['the code, with a uniform prior', { on: 'code', weight: 1, prior: { low: -2, high: 1 } }],
  ['the output, with a Gaussian code', { on: 'output', weight: 2, prior: { stddev: 1 }, gaussian: 3 }],
  [
    'features of the output, with a Gaussian code',
    { on: 'output', weight: 2, prior: { stddev: 1 }, gaussian: 3, features: 1 },
  ],
])('the first ten steps agree with float64 to 1e-5: %s', (_, game) => expectTenStepsOfBoth(game));
