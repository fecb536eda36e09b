import { describe, expect, it } from 'vitest';
import { shuffle } from '../../src/kernels/step.ts';
import { shuffledOrder } from '../reference/shuffle.ts';
import { runOne, recording } from '../support/run.ts';

const counts = [1, 2, 3, 4, 5, 15, 16, 17, 64, 65, 1000, 4096, 4097, 60000];
const sequence = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

async function order(
  examples: number,
  {
    epoch = 0,
    seed = 0,
    shuffled = true,
    subset,
  }: { epoch?: number; seed?: number; shuffled?: boolean; subset?: Uint32Array } = {},
) {
  const { memory, tape, state } = await recording({ epoch, seed, examples });
  const into = tape.tensor([examples], 'u32', 'order');
  shuffle(tape, state, into, { shuffled, subset: subset && memory.put(subset, [subset.length], 'u32') });
  return runOne(tape, into);
}

describe('on the device', () => {
  it.each(counts)('equals the host’s for %i examples', async (n) => {
    expect(await order(n, { epoch: 3, seed: 7 })).toEqual(shuffledOrder(n, 3, 7));
  });

  it('equals the host’s for extreme epochs and seeds', async () => {
    for (const [epoch, seed] of [
      [0, 0],
      [0, 0xffffffff],
      [0xffffffff, 1],
      [12345, 0x80000000],
    ] as const) {
      expect(await order(200, { epoch, seed })).toEqual(shuffledOrder(200, epoch, seed));
    }
  });

  it('repeats an order for the same epoch and seed, and changes it for another', async () => {
    const first = await order(1000, { epoch: 1, seed: 5 });
    expect(await order(1000, { epoch: 1, seed: 5 })).toEqual(first);
    expect(await order(1000, { epoch: 2, seed: 5 })).not.toEqual(first);
    expect(await order(1000, { epoch: 1, seed: 6 })).not.toEqual(first);
  });

  it('keeps the order without a shuffle', async () => {
    expect(await order(130, { shuffled: false })).toEqual(sequence(130));
  });

  it('uses the examples of a subset', async () => {
    const subset = sequence(77).map((i) => 1000 - 3 * i);
    expect(await order(77, { shuffled: false, subset })).toEqual(subset);
    expect(await order(77, { epoch: 2, seed: 9, subset })).toEqual(shuffledOrder(77, 2, 9).map((i) => subset[i]));
  });
});

describe('the order', () => {
  it.each(counts)('is a permutation of %i examples', (n) => {
    for (const [epoch, seed] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [9, 12345],
    ] as const) {
      expect(shuffledOrder(n, epoch, seed).toSorted()).toEqual(sequence(n));
    }
  });

  // The bounds are the 99.9th percentiles, so a sound shuffle had one chance in a thousand to fail with the seed below; it does not.
  it('puts every value equally often in every place', () => {
    const [n, epochs] = [5, 2000];
    const seen = new Float64Array(n * n);
    for (let epoch = 0; epoch < epochs; epoch++)
      shuffledOrder(n, epoch, 1).forEach((value, place) => seen[place * n + value]++);
    // Rows and columns of permutations have fixed sums: n / (n − 1) times χ² with (n − 1)² degrees of freedom.
    expect(chiSquare(seen, epochs / n)).toBeLessThan(1.25 * 39.25);
  });

  it('makes all permutations of four equally often', () => {
    const seen = new Map<string, number>();
    const epochs = 4800;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const key = shuffledOrder(4, epoch, 2).join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    expect(chiSquare([...seen.values()], epochs / 24)).toBeLessThan(49.73); // 23 degrees of freedom
  });

  it('keeps neighbours in order half of the time', () => {
    const n = 1000;
    let rising = 0;
    for (let epoch = 0; epoch < 50; epoch++) {
      const all = shuffledOrder(n, epoch, 3);
      for (let i = 1; i < n; i++) if (all[i] > all[i - 1]) rising++;
    }
    // The number of rises in a random order of n has the variance (n + 1) / 12.
    expect(Math.abs(rising - (50 * (n - 1)) / 2)).toBeLessThan(3.3 * Math.sqrt((50 * (n + 1)) / 12));
  });
});

function chiSquare(seen: ArrayLike<number>, expected: number): number {
  return Array.from(seen).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
