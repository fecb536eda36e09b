import { expect, it } from 'vitest';
import { permutation, uniforms } from '../../src/runtime/random.ts';

it('uniforms are the same for the same seed, stream and purpose, and otherwise different', () => {
  const first = uniforms(100, 1, 2, 3);
  expect(uniforms(100, 1, 2, 3)).toEqual(first);
  expect(uniforms(37, 1, 2, 3)).toEqual(first.subarray(0, 37));
  for (const other of [uniforms(100, 2, 2, 3), uniforms(100, 1, 3, 3), uniforms(100, 1, 2, 4)])
    expect(other).not.toEqual(first);
});

it('uniforms fill [0, 1) evenly', () => {
  const count = 100_000;
  const draws = uniforms(count, 5, 1);
  const bins = new Float64Array(50);
  for (const u of draws) bins[Math.floor(u * 50)]++;
  expect(draws.every((u) => u >= 0 && u < 1)).toBe(true);
  // χ² with 49 degrees of freedom passes 85.4 once in a thousand seeds.
  expect(bins.reduce((sum, n) => sum + (n - count / 50) ** 2 / (count / 50), 0)).toBeLessThan(85.4);
});

it('a permutation has every number once, and differs for another seed', () => {
  const sequence = Uint32Array.from({ length: 1000 }, (_, i) => i);
  expect(permutation(1000, 1, 1).toSorted()).toEqual(sequence);
  expect(permutation(1000, 1, 1)).not.toEqual(sequence);
  expect(permutation(1000, 1, 1)).toEqual(permutation(1000, 1, 1));
  expect(permutation(1000, 2, 1)).not.toEqual(permutation(1000, 1, 1));
  expect([...permutation(1, 1, 1)]).toEqual([0]);
});
