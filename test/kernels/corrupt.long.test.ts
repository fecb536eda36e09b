import { describe, it } from 'vitest';
import { expectClose } from '../support/close.ts';
import { corrupted, expectByWords, expectGaussian } from '../support/corruptions.ts';

describe('a mask and salt and pepper', () => {
  it.each([2, 3, 12])('follow the random words, bit for bit, with %i columns', (columns) => expectByWords(columns));

  it('change the expected number of a million values', async () => {
    const count = 1_000_000;
    const half = new Float32Array(count).fill(0.5);
    const share = (values: Float32Array, wanted: number) =>
      values.reduce((n, value) => n + (value === wanted ? 1 : 0), 0) / count;
    const masked = await corrupted('mask', half, 1000, 0.25);
    const speckled = await corrupted('saltAndPepper', half, 1000, 0.1);
    // Five deviations.
    const allowed = (p: number) => 5 * Math.sqrt((p * (1 - p)) / count);
    expectClose([share(masked, 0), share(masked, 0.5)], [0.25, 0.75], allowed(0.25));
    expectClose([share(speckled, 0), share(speckled, 1)], [0.05, 0.05], allowed(0.05));
    // Neighbours are hit independently.
    const pairs =
      masked.reduce((n, value, i) => n + (i && value === 0 && masked[i - 1] === 0 ? 1 : 0), 0) / (count - 1);
    expectClose([pairs], [1 / 16], allowed(1 / 16));
  });
});

describe('Gaussian noise', () => {
  it('has mean 0, the requested deviation and no autocorrelation, over a million values', () =>
    expectGaussian(1_000_000));
});
