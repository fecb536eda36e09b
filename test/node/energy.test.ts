import { describe, expect, it } from 'vitest';
import { energyDistance, kolmogorovSmirnov } from '../../app/analysis/energy.ts';
import { standardized, whitened } from '../../app/analysis/whiten.ts';
import { normals } from '../../src/runtime/random.ts';
import { expectBySigmas } from '../support/statistics.ts';

const points = (count: number, size: number, seed: number, change = (value: number, _: number) => value) => ({
  data: normals(count * size, seed, 99, 0).map((value, at) => change(value, at % size)),
  shape: [count, size],
});

/** The rows of a matrix, in float64. */
const rowsOf = ({ data, shape: [count, size] }: { data: Float32Array; shape: number[] }): number[][] =>
  Array.from({ length: count }, (_, i) => [...data.subarray(i * size, (i + 1) * size)]);

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the energy distance', () => {
  it('agrees with the definition', () => {
    const [x, y] = [points(13, 3, 1), points(9, 3, 2, (value, k) => 2 * value + k)];
    const apart = (a: typeof x, b: typeof x) =>
      meanOf(rowsOf(a).flatMap((p) => rowsOf(b).map((q) => Math.hypot(...p.map((value, k) => value - q[k])))));
    expect(energyDistance(x, y)).toBeCloseTo(2 * apart(x, y) - apart(x, x) - apart(y, y), 12);
  });

  it('is 0 for equal points, and small for draws from one distribution', () => {
    const [x, y] = [points(400, 2, 3), points(400, 2, 4)];
    expect(energyDistance(x, x)).toBe(0);
    // E‖x − x′‖ of two draws from N(0, I) in the plane is √π.
    expect(energyDistance(x, y)).toBeLessThan((4 * Math.sqrt(Math.PI) * 2) / 400);
    expect(energyDistance(x, y)).toBeGreaterThan(0);
  });

  it('of two normal distributions on a line has its known value', () => {
    // E|N(m, s²)| = s √(2/π) exp(−m²/2s²) + m (1 − 2 Φ(−m/s)); here m = 1 and s² = 2, Φ(−1/√2) = 0.2397500610934768.
    const folded = Math.SQRT2 * Math.sqrt(2 / Math.PI) * Math.exp(-0.25) + 1 - 2 * 0.2397500610934768;
    const known = 2 * folded - (2 * 2) / Math.sqrt(Math.PI);
    expectBySigmas(
      energyDistance(
        points(3000, 1, 5),
        points(3000, 1, 6, (value) => value + 1),
      ),
      known,
      0.02,
      'it',
    );
  });
});

describe('the Kolmogorov–Smirnov statistic', () => {
  it('agrees with the definition along each direction', () => {
    const [x, y, directions] = [points(31, 2, 1), points(17, 2, 2, (value) => value + 0.5), points(6, 2, 3)];
    const found = kolmogorovSmirnov(x, y, directions);
    rowsOf(directions).forEach((direction, which) => {
      const [p, q] = [x, y].map((each) => rowsOf(each).map((row) => row[0] * direction[0] + row[1] * direction[1]));
      const below = (all: number[], value: number) => all.filter((each) => each <= value).length / all.length;
      const gaps = [...p, ...q].map((value) => Math.abs(below(p, value) - below(q, value)));
      expect(found[which]).toBeCloseTo(Math.max(...gaps), 12);
    });
  });

  it('counts equal values together, and distinguishes separate points', () => {
    const column = (...values: number[]) => ({ data: Float32Array.from(values), shape: [values.length, 1] });
    expect([...kolmogorovSmirnov(column(1, 1, 2), column(1, 2, 2), column(1))][0]).toBeCloseTo(1 / 3, 12);
    expect([...kolmogorovSmirnov(column(1, 2), column(3, 4, 5), column(-2))]).toEqual([1]);
    expect([...kolmogorovSmirnov(column(1, 2), column(1, 2), column(1))]).toEqual([0]);
  });
});

describe('whitening', () => {
  it('brings the mean to 0 and the covariance to I', () => {
    const mixed = points(500, 3, 7);
    for (let i = 0; i < 500; i++) mixed.data[3 * i] = 5 + 3 * mixed.data[3 * i + 1] - 0.1 * mixed.data[3 * i];
    const rows = rowsOf(whitened(mixed));
    for (const i of [0, 1, 2]) {
      expect(meanOf(rows.map((row) => row[i]))).toBeCloseTo(0, 5);
      for (const j of [0, 1, 2]) expect(meanOf(rows.map((row) => row[i] * row[j]))).toBeCloseTo(Number(i === j), 4);
    }
  });

  it('is refused if a number depends on the others', () =>
    expect(() => whitened(points(50, 2, 8, (value, k) => (k ? 0 : value)))).toThrow('number 1'));
});

it('standardising brings each number to mean 0 and deviation 1, and keeps correlations', () => {
  const rows = rowsOf(standardized(points(300, 2, 9, (value, k) => (k ? 5 : 2) * value + k)));
  for (const i of [0, 1]) {
    expect(meanOf(rows.map((row) => row[i]))).toBeCloseTo(0, 5);
    expect(meanOf(rows.map((row) => row[i] ** 2))).toBeCloseTo(1, 4);
  }
  const plain = rowsOf(points(300, 2, 9));
  const together = (all: number[][]) => {
    const [a, b] = [0, 1].map((i) => meanOf(all.map((row) => row[i])));
    const covariance = meanOf(all.map((row) => (row[0] - a) * (row[1] - b)));
    const [p, q] = [0, 1].map((i) => meanOf(all.map((row) => (row[i] - [a, b][i]) ** 2)));
    return covariance / Math.sqrt(p * q);
  };
  expect(together(rows)).toBeCloseTo(together(plain), 5);
});
