import { expect } from 'vitest';

type Numbers = ArrayLike<number>;

/**
 * A statistic of random draws may be off by five of its own standard deviations: that happens by chance once in two million.
 * The draws come from a seed, so a test that has passed once passes always.
 */
const sigmas = 5;

export function expectBySigmas(actual: number, expected: number, deviation: number, what: string): void {
  const off = Math.abs(actual - expected) / deviation;
  if (!(off <= sigmas))
    expect.fail(`${what} is ${actual}, not ${expected}: ${off.toPrecision(3)} standard deviations off`);
}

/** The values less their mean, and the mean. */
function centred(x: Numbers): { mean: number; rest: Float64Array } {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  const mean = sum / x.length;
  return { mean, rest: Float64Array.from(x, (v) => v - mean) };
}

export function moments(x: Numbers): { mean: number; variance: number; skewness: number; kurtosis: number } {
  const { mean, rest } = centred(x);
  let [second, third, fourth] = [0, 0, 0];
  for (const v of rest) {
    const square = v * v;
    second += square;
    third += square * v;
    fourth += square * square;
  }
  const variance = second / x.length;
  return { mean, variance, skewness: third / x.length / variance ** 1.5, kurtosis: fourth / x.length / variance ** 2 };
}

export function expectNormal(x: Numbers, deviation = 1): void {
  const { mean, variance, skewness, kurtosis } = moments(x);
  const n = x.length;
  expectBySigmas(mean / deviation, 0, Math.sqrt(1 / n), 'mean');
  expectBySigmas(variance / deviation ** 2, 1, Math.sqrt(2 / n), 'variance');
  expectBySigmas(skewness, 0, Math.sqrt(6 / n), 'skewness');
  expectBySigmas(kurtosis, 3, Math.sqrt(24 / n), 'kurtosis');
}

export function expectUniform(x: Numbers): void {
  const { mean, variance } = moments(x);
  const n = x.length;
  expectBySigmas(mean, 1 / 2, Math.sqrt(1 / 12 / n), 'mean');
  expectBySigmas(variance, 1 / 12, Math.sqrt((1 / 80 - 1 / 144) / n), 'variance');
}

/** How often something of probability p happened in n independent trials. */
export function expectFrequency(hits: number, n: number, p: number, what = 'frequency'): void {
  expectBySigmas(hits / n, p, Math.sqrt((p * (1 - p)) / n), what);
}

export const count = (x: Numbers, value: number): number => {
  let hits = 0;
  for (let i = 0; i < x.length; i++) if (x[i] === value) hits++;
  return hits;
};

function expectUncorrelated(a: Float64Array, b: Float64Array, what: string): void {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  expectBySigmas(ab / Math.sqrt(aa * bb), 0, Math.sqrt(1 / a.length), what);
}

/** Neither the values nor, unless they have only two, their squares go together: pairs of normals that share a radius show in the squares alone. */
export function expectIndependent(a: Numbers, b: Numbers, what: string): void {
  expect(a.length).toBe(b.length);
  const [p, q] = [centred(a).rest, centred(b).rest];
  expectUncorrelated(p, q, `correlation ${what}`);
  if (new Set(Array.from({ length: 1000 }, (_, i) => a[i])).size <= 2) return;
  const squares = (x: Float64Array) => centred(x.map((v) => v * v)).rest;
  expectUncorrelated(squares(p), squares(q), `correlation of squares ${what}`);
}

/** A value has nothing to do with those that follow it: the next ones, across a quad of four, and in the next row. */
export function expectIndependentNeighbours(x: Float32Array, columns?: number): void {
  for (const lag of [1, 2, 3, 4, ...(columns ? [columns] : [])])
    expectIndependent(x.subarray(lag), x.subarray(0, x.length - lag), `at distance ${lag}`);
}
