import { expect } from 'vitest';

type Numbers = ArrayLike<number>;

/** Each value within its own tolerance; the worst one is shown. A NaN is never close to a number. */
export function expectClose(
  actual: Numbers,
  expected: Numbers,
  tolerance: number | ((i: number) => number),
  what = 'values',
): void {
  expect(actual.length, `${what}: how many`).toBe(expected.length);
  const allowed = (i: number) => (typeof tolerance === 'number' ? tolerance : tolerance(i));
  let worst = { i: -1, ratio: 1 };
  let wrong = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    const ratio = error === 0 || Object.is(actual[i], expected[i]) ? 0 : error / allowed(i);
    if (!(ratio <= 1)) wrong++;
    if (!(ratio <= worst.ratio)) worst = { i, ratio: Number.isNaN(ratio) ? Infinity : ratio };
  }
  const { i, ratio } = worst;
  const off = ratio < Infinity ? `${ratio.toPrecision(3)} times as far off as allowed` : `allowed is ±${allowed(i)}`;
  if (i >= 0)
    expect.fail(
      `${what}[${i}] is ${actual[i]}, not ${expected[i]}: ${off}; ${wrong} of ${expected.length} values are wrong`,
    );
}

/** Each value within `relative` of the largest: right for sums of products, where single results may cancel. */
export function expectNear(actual: Numbers, expected: Numbers, relative: number, what = 'values'): void {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  expectClose(actual, expected, relative * largest, what);
}

/** How far `actual` is off, in units of the last place of a float32 near `expected`. */
export function ulps(actual: number, expected: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(expected))));
  return Math.abs(actual - expected) / 2 ** (exponent - 23);
}
