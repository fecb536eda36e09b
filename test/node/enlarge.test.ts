import { describe, expect, it } from 'vitest';
import { bicubic, everyNth, nearest, type Images } from '../../app/analysis/enlarge.ts';
import { psnr } from '../../app/analysis/statistics.ts';

const of = (
  value: (y: number, x: number, image: number) => number,
  height: number,
  width: number,
  count = 1,
): Images => ({
  data: Array.from({ length: count * height * width }, (_, i) =>
    value(Math.floor(i / width) % height, i % width, Math.floor(i / (height * width))),
  ),
  shape: [height, width],
});

describe('enlarging', () => {
  it('by repeating undoes taking one pixel of each block', () => {
    const small = of((y, x, image) => 100 * image + 10 * y + x, 2, 3, 2);
    const large = nearest(small, 4);
    expect(large.shape).toEqual([8, 12]);
    expect(Array.from(large.data).slice(0, 12)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect(everyNth(large, 4)).toEqual({ data: Float64Array.from(Array.from(small.data)), shape: [2, 3] });
  });

  it.each([2, 3, 4])('by cubics keeps a constant, and planes and parabolas away from the edge, %i times', (factor) => {
    expect(
      new Set(
        Array.from(
          bicubic(
            of(() => 0.25, 5, 4, 2),
            factor,
          ).data,
          (value) => value.toFixed(12),
        ),
      ),
    ).toEqual(new Set(['0.250000000000']));
    // With a = −1/2, Keys shows, three terms of a Taylor series come out right.
    const smooth = (y: number, x: number) => 0.2 + 0.02 * y + 0.03 * x + 0.002 * x * x - 0.001 * y * y + 0.001 * x * y;
    const { data } = bicubic(of(smooth, 9, 8), factor);
    for (let y = 2 * factor; y < 7 * factor; y++) {
      for (let x = 2 * factor; x < 6 * factor; x++) {
        const place = (at: number) => (at + 0.5) / factor - 0.5;
        expect(data[y * 8 * factor + x]).toBeCloseTo(smooth(place(y), place(x)), 12);
      }
    }
  });

  it('by cubics clips overshoots', () => {
    const { data } = bicubic(
      of((_, x) => (x < 4 ? 0 : 1), 4, 8),
      4,
    );
    expect(Math.min(...Array.from(data))).toBe(0);
    expect(Math.max(...Array.from(data))).toBe(1);
  });
});

it('the peak signal-to-noise ratio is the mean over the images, in decibels', () => {
  // Errors of 0.1 and of 0.01 a pixel: 20 and 40 dB.
  expect(psnr([0.1, -0.1, 1.01, 0.99], Uint8Array.from([0, 0, 255, 255]), 2)).toBeCloseTo(30, 10);
});
