import { describe, it } from 'vitest';
import { expectCount, expectSlopes } from '../support/activations.ts';

describe.each(['sigmoid', 'gelu'] as const)('%s', (name) => {
  it.each([2, 4, 5, 7, 63, 64, 65, 255, 256, 1001])('handles %i values, each with its own gradient', (count) =>
    expectCount(name, count),
  );

  it.each([2, 4, 5, 63, 64, 65, 255, 256])('computes its slope for %i values, each with its own gradient', (count) =>
    expectSlopes(name, count),
  );
});
