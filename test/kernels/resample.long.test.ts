import { describe, it } from 'vitest';
import { expectCoarse, expectEnlarged } from '../support/resampling.ts';

const factors = [1, 2, 3, 4, [2, 1], [1, 3], [3, 2]] as const;
const images = [
  [1, 1, 1],
  [1, 4, 2],
  [3, 2, 4],
  [5, 4, 3],
  [2, 3, 8],
] as const;

describe.each(['nearest', 'bilinear'] as const)('upsample2d, %s', (kind) => {
  it.each(images)('enlarges %i × %i × %i, and sums gradients', (...image) => expectEnlarged(image, factors, kind));
});

it.each(images)('coarsen replaces boxes by their means, %i × %i × %i', (...image) =>
  expectCoarse(image, factors.slice(1)),
);
