import type { Tensor } from '../../runtime/tensor.ts';
import type { Term } from './terms.ts';

/** Returns the terms of a classifier: its cross-entropy, which is the loss, and the fraction of correct rows. */
export const classification = ({ losses, hits }: { losses: Tensor; hits: Tensor }): Term[] => [
  { sums: losses },
  { name: 'accuracy', sums: hits, coefficient: 0 },
];

/** Returns the most probable class of each row of probabilities, the first one among equals. */
export function likeliest(probabilities: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    return values.reduce((best, value, c) => (value > values[best] ? c : best), 0);
  });
}
