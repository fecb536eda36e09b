import { expect, it } from 'vitest';
import { normalQuantile } from '../../app/analysis/normal.ts';

it.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.025, -1.959963984540054],
  [0.8413447460685429, 1],
  [0.999968328758167, 4],
])('%s of the normal distribution lies below %s', (share, value) =>
  expect(normalQuantile(share)).toBeCloseTo(value, 9),
);
