/** Data made of a known dictionary, and how much of it a learned one has found again. */
import { normal, uniform, type Matrix } from '../../../src/index.ts';

export interface Plan {
  readonly directions: number;
  readonly dimensions: number;
  /** Directions that an example is a sum of. */
  readonly active: number;
  /** How much of each: from the first to the second, alike. */
  readonly amounts: readonly [least: number, most: number];
}

/** Which of a seed's draws. */
const [forDirections, forPlaces, forAmounts] = [0, 1, 2];

/** Directions of length 1, one behind the other, alike in all of space. */
export function plantedDirections({ directions, dimensions }: Plan, seed: number): Float32Array {
  const all = normal().draw(directions * dimensions, seed, forDirections);
  for (let i = 0; i < directions; i++) {
    const one = all.subarray(i * dimensions, (i + 1) * dimensions);
    const length = Math.hypot(...one);
    one.forEach((value, d) => (one[d] = value / length));
  }
  return all;
}

/** Examples, each a sum of different directions. `which` tells one set of them from the others of a seed. */
export function plantedExamples(
  { directions, dimensions, active, amounts: [low, high] }: Plan,
  dictionary: Float32Array,
  count: number,
  seed: number,
  which: number,
): Float32Array {
  const places = uniform({ low: 0, high: 1 }).draw(count * active, seed, 2 * which + forPlaces);
  const amounts = uniform({ low, high }).draw(count * active, seed, 2 * which + forAmounts);
  const examples = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const taken: number[] = [];
    for (let n = 0; n < active; n++) {
      // The n-th of those that are not taken yet.
      let at = Math.floor(places[row * active + n] * (directions - n));
      for (const other of taken) if (at >= other) at++;
      taken.push(at);
      taken.sort((a, b) => a - b);
      const amount = amounts[row * active + n];
      for (let d = 0; d < dimensions; d++) examples[row * dimensions + d] += amount * dictionary[at * dimensions + d];
    }
  }
  return examples;
}

/** For each direction, the largest cosine to a column of a decoder's weight, [dimensions, columns]. */
export function largestCosines(dictionary: Float32Array, { data, shape: [dimensions, columns] }: Matrix): number[] {
  const lengths = Array.from({ length: columns }, (_, j) =>
    Math.hypot(...Array.from({ length: dimensions }, (_, d) => data[d * columns + j])),
  );
  return Array.from({ length: dictionary.length / dimensions }, (_, i) => {
    const products = new Float64Array(columns);
    for (let d = 0; d < dimensions; d++) {
      const value = dictionary[i * dimensions + d];
      for (let j = 0; j < columns; j++) products[j] += value * data[d * columns + j];
    }
    return products.reduce((most, product, j) => Math.max(most, product / lengths[j]), -1);
  });
}

/** How many numbers of each code are not 0, and in how many codes each of the numbers is not. */
export function activity({ data, shape: [rows, columns] }: Matrix): { ofExamples: number[]; ofLatents: number[] } {
  const [ofExamples, ofLatents] = [rows, columns].map((length) => Array<number>(length).fill(0));
  data.forEach((value, i) => {
    if (!value) return;
    ofExamples[Math.floor(i / columns)]++;
    ofLatents[i % columns]++;
  });
  return { ofExamples, ofLatents };
}
