import { describe, it } from 'vitest';
import { expectStrided, expectWidth, sources } from '../support/gathering.ts';

describe.each(sources)('gather, bytes $bytes, ordered $ordered', (source) => {
  it.each([5, 8, 63, 64, 784])('reads rows of %i', (columns) => expectWidth(columns, source));
});

/** Overlapping and side by side with values left out between them; rows of whole words and not; [values of a row, values from one to the next]. */
const strided = [[5, 3], [3, 7], [8, 2], [8, 12], [64, 1], [65, 64], [288, 4]]; // prettier-ignore

describe.each([false, true])('gather reads rows that overlap or have gaps, bytes %s', (bytes) => {
  it.each(strided)('of %i values, %i apart', (columns, stride) => expectStrided(columns, stride, bytes));
});
