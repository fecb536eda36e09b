import { OptionError } from '../errors.ts';
import { philox, streams } from '../runtime/random.ts';

/** Returns the number of places in which two permutations differ. */
export function hamming(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let differing = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) differing++;
  return differing;
}

/**
 * Returns `count` permutations of 0 … size − 1, far apart: each is the one with the largest smallest Hamming distance
 * from those before it, and among equals the one farthest from all of them together. (Noroozi & Favaro 2016, algorithm
 * 1, use the mean distance alone.) The first one follows from the seed.
 * @throws OptionError where there are not enough permutations
 */
export function farApart(size: number, count: number, seed: number): Uint8Array[] {
  const all = permutations(size);
  if (count > all.length) throw new OptionError(`jigsaw: ${size} tiles have ${all.length} permutations, not ${count}`);
  const least = new Uint8Array(all.length).fill(255);
  const total = new Uint32Array(all.length);
  const chosen: Uint8Array[] = [];
  let next = philox([0, 0, 0, 0], [seed, streams.permutations])[0] % all.length;
  while (chosen.length < count) {
    const latest = all[next];
    chosen.push(latest);
    let best = -1;
    for (let i = 0; i < all.length; i++) {
      const distance = hamming(all[i], latest);
      // A chosen permutation has distance 0 from itself, so it is not chosen again.
      if (distance < least[i]) least[i] = distance;
      total[i] += distance;
      if (best < 0 || least[i] > least[best] || (least[i] === least[best] && total[i] > total[best])) best = i;
    }
    next = best;
  }
  return chosen;
}

/** Returns all permutations of 0 … size − 1 in lexicographic order. */
function permutations(size: number): Uint8Array[] {
  const all: Uint8Array[] = [];
  const current = Uint8Array.from({ length: size }, (_, i) => i);
  for (;;) {
    all.push(current.slice());
    let pivot = size - 2;
    while (pivot >= 0 && current[pivot] > current[pivot + 1]) pivot--;
    if (pivot < 0) return all;
    let other = size - 1;
    while (current[other] < current[pivot]) other--;
    [current[pivot], current[other]] = [current[other], current[pivot]];
    current.subarray(pivot + 1).reverse();
  }
}
