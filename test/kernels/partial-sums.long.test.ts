import { describe, expect, it } from 'vitest';
import { checkSums, type Sum } from '../support/partial-sums.ts';
import { Draw } from '../support/random.ts';

describe('rows of several gradients', () => {
  it('of many gradients, and of random sizes', async () => {
    const draw = new Draw(4);
    const many = Array.from({ length: 70 }, (): Sum => [
      draw.whole(1, 140),
      draw.pick([1, 1, 2, 3, 4, 7, 8, 12, 66, 128]),
    ]);
    expect((await checkSums(many, draw)).filter((label) => label !== 'sum')).toEqual(['partial sums']);
  });
});
