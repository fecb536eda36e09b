import { expect, it } from 'vitest';
import { figuresOf, type Collection } from '../../app/playground/worker/examples.ts';
import { moments } from '../../app/playground/worker/principal.ts';
import { yardsticks } from '../../app/playground/worker/yardsticks.ts';

const rows = 301;
/** Seconds since 1970 in float32, a sensor that goes with them, and a column that never changes. */
const values = Float32Array.from({ length: 3 * rows }, (_, i) => {
  const row = Math.floor(i / 3);
  return [1.7e9 + row, 1e-3 * row, 1.7e9][i % 3];
});
const collection = { values, features: 3, trained: rows, count: rows, kind: 'table' } as Collection;

/** By two passes in float64. */
function reference(column: number) {
  const all = Array.from({ length: rows }, (_, row) => values[3 * row + column]);
  const mean = all.reduce((sum, value) => sum + (value - all[0]) / rows, 0) + all[0];
  return { mean, variance: all.reduce((sum, value) => sum + (value - mean) ** 2 / rows, 0) };
}

it('moments of columns far from zero are exact around one of their rows', async () => {
  const { mean, covariance } = await moments(rows, 3, (row, i) => values[3 * row + i], values.subarray(0, 3));
  for (const i of [0, 1, 2]) {
    const wanted = reference(i);
    expect(mean[i]).toBeCloseTo(wanted.mean, 5);
    expect(covariance[4 * i] / (wanted.variance || 1)).toBeCloseTo(Number(wanted.variance > 0), 9);
  }
});

it('the yardsticks of a table with a clock column: each column counts 1, and a constant one 0', async () => {
  const { mean, pca } = await yardsticks(collection, { codeSize: 2, without: -1, entropy: false });
  expect(mean).toBeCloseTo(2 / 3, 6);
  expect(pca).toBeLessThan(1e-9);
});

it('a constant column has deviation 0, at any distance from zero', () => {
  const { deviation } = figuresOf(collection, -1);
  expect(deviation[2]).toBe(0);
  expect(deviation[0]).toBeCloseTo(Math.sqrt(reference(0).variance), 4);
});
