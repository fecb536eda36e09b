import { it } from 'vitest';
import { expectBound, type Sizes } from '../support/importance.ts';

const cases: ['mse' | 'bce', Sizes][] = [
  ['mse', { rows: 3, real: 2, units: 2, samples: 5, columns: 3 }],
  ['mse', { rows: 2, real: 1, units: 4, samples: 70, columns: 5 }],
  ['bce', { rows: 1, real: 1, units: 1, samples: 1, columns: 1 }],
  ['bce', { rows: 5, real: 5, units: 5, samples: 2, columns: 8 }],
  ['bce', { rows: 2, real: 1, units: 4, samples: 70, columns: 5 }],
  ['bce', { rows: 33, real: 30, units: 3, samples: 3, columns: 20 }],
];

it.each(cases.map(([kind, each]) => [kind, Object.values(each).join(' '), each] as const))(
  '%s: gives the bound of all samples, and its gradient (rows, real ones, units, samples, columns: %s)',
  (kind, _, each) => expectBound(kind, each),
);
