import { describe, it } from 'vitest';
import { expectSameInSlices, layers } from '../support/slices.ts';

describe.each(Object.entries(layers))('%s', (_, layer) => {
  it.each([2, 3, 50])('and its gradients have the same bits in %i dispatches each', (slices) =>
    expectSameInSlices(layer, slices),
  );
});
