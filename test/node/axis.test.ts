import { expect, it } from 'vitest';
import { linearAxis, logAxis, roundTicks, spread } from '../../app/pictures/axis.ts';

it('puts ticks at round numbers', () => {
  expect(roundTicks(0, 20, 10)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  expect(roundTicks(0, 20, 4)).toEqual([0, 5, 10, 15, 20]);
  expect(roundTicks(0, 1, 1)).toEqual([0, 1]);
  expect(roundTicks(0.083, 0.112, 6)).toEqual([0.085, 0.09, 0.095, 0.1, 0.105, 0.11]);
});

it('puts fewer ticks on a logarithmic axis that spans more powers of ten', () => {
  expect(logAxis(0.052, 0.74, 0, 300, 6).ticks).toEqual([0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7]);
  expect(logAxis(0.5, 60, 0, 300, 6).ticks).toEqual([0.5, 1, 2, 5, 10, 20, 50]);
  expect(logAxis(1e-6, 2, 0, 300, 6).ticks).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
  expect(logAxis(95, 130, 0, 300, 6).ticks).toEqual([100, 110, 120, 130]);
});

it('gives equal space to equal differences, or to equal factors', () => {
  const linear = linearAxis(0, 10, 100, 200, 5);
  expect([0, 5, 10].map((value) => linear.at(value))).toEqual([100, 150, 200]);
  const log = logAxis(0.1, 10, 300, 100, 5);
  expect([0.1, 1, 10].map((value) => Math.round(log.at(value)))).toEqual([300, 200, 100]);
});

it('moves labels apart and keeps them inside', () => {
  expect(spread([50, 150], 30, 0, 200)).toEqual([50, 150]);
  expect(spread([100, 100], 30, 0, 200)).toEqual([85, 115]);
  expect(spread([195, 198], 30, 0, 200)).toEqual([170, 200]);
  expect(spread([2, 1, 0], 30, 0, 200)).toEqual([60, 30, 0]);
  const crowded = spread([100, 101, 99, 140], 36, 0, 300).sort((a, b) => a - b);
  for (let i = 1; i < crowded.length; i++) expect(crowded[i] - crowded[i - 1]).toBeGreaterThanOrEqual(36);
});
