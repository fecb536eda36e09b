import { describe, it } from 'vitest';
import { expectPooled, pools, type Case } from '../support/pools.ts';

const cases: Case[] = [
  { image: [4, 4, 4], kernel: [2, 2], stride: 2, padding: 'valid' },
  { image: [9, 8, 5], kernel: [2, 3], stride: 3, padding: 'valid' },
  { image: [7, 7, 4], kernel: [3, 3], stride: 2, padding: 'same' },
  { image: [4, 7, 2], kernel: [3, 3], stride: 3, padding: 'same' },
  { image: [9, 1, 1], kernel: [2, 1], stride: [2, 1], padding: 'valid' },
  { image: [1, 10, 5], kernel: [1, 3], stride: [1, 3], padding: 'same' },
  { image: [7, 8, 3], kernel: [2, 3], stride: [1, 3], padding: 'valid' },
  { image: [9, 6, 8], kernel: [2, 2], stride: [3, 2], padding: 'same' },
  { image: [5, 9, 2], kernel: [3, 3], stride: [2, 1], padding: 'same' },
  { image: [9, 11, 4], kernel: [5, 5], stride: [4, 3], padding: 'same' },
  { image: [7, 6, 4], kernel: [3, 3], stride: 2, padding: 1 },
  { image: [1, 9, 2], kernel: [1, 5], stride: [1, 3], padding: [0, 2] },
];

describe.each(pools)('$name', (each) => {
  it.each(cases)('takes $kernel over $image, stride $stride, $padding, and passes its gradient back', (options) =>
    expectPooled(each, options),
  );
});
