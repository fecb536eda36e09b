import { it } from 'vitest';
import { activationNames } from '../../src/kernels/activation.ts';
import { expectBlanks, expectLosses, expectSlope, kinds } from '../support/losses.ts';

// The others differ in their formula alone.
it.each([3, 8, 15, 16, 17, 63, 64, 68])('mse fits float64 for rows of %i', (columns) => expectLosses('mse', columns));

it.each(activationNames)('bce includes the slope of %s in its gradient', (activation) =>
  expectSlope('bce', activation),
);

it.each(kinds)('%s ignores blank targets of long rows, or weights the others of their row more', async (kind) => {
  await expectBlanks(kind, 68);
});
