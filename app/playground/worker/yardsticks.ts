import type { Yardsticks } from '../protocol.ts';
import { figuresOf, heldOutRows, rowsOf, trainedRows, type Collection } from './examples.ts';
import { breath, dot, firstGuess, moments, turned, varianceAlong, type Moments } from './principal.ts';

/** The most features for PCA; a larger covariance would take too much memory and time. */
const mostFeatures = 1100;
/** The number of rounds between two checks of convergence, and the most rounds. */
const [rounds, mostRounds] = [10, 400];

export interface Compared {
  /** The number of principal components; undefined if a comparison with the code makes no sense. */
  codeSize?: number;
  /** A class that is left out of training, or -1. */
  without: number;
  /** Whether the loss is the cross-entropy of values without normalisation. */
  entropy: boolean;
}

/**
 * Returns the reference values: the squared errors of PCA with a code of that size, and of the mean alone. They are
 * fitted to the training examples, and measured on all held-out examples as the model's squared error is.
 */
export async function yardsticks(
  collection: Collection,
  { codeSize, without, entropy }: Compared,
): Promise<Yardsticks> {
  const errors = await remembered(collection, `errors ${codeSize} ${without}`, () =>
    errorsOf(collection, codeSize, without),
  );
  const floor = entropy ? entropyOf(rowsOf(collection, heldOutRows(collection))) : undefined;
  return { ...errors, floor };
}

/** The results for each collection, since they take seconds and are the same for all models. */
const results = new WeakMap<Collection, Map<string, Promise<unknown>>>();

function remembered<T>(collection: Collection, key: string, work: () => Promise<T>): Promise<T> {
  const known = results.get(collection) ?? new Map<string, Promise<unknown>>();
  results.set(collection, known);
  const result = (known.get(key) as Promise<T> | undefined) ?? work();
  known.set(key, result);
  return result;
}

async function errorsOf(
  collection: Collection,
  codeSize: number | undefined,
  without: number,
): Promise<Omit<Yardsticks, 'floor'>> {
  const { features } = collection;
  const held = rowsOf(collection, heldOutRows(collection));
  const rows = held.length / features;
  if (features > mostFeatures || codeSize === undefined) {
    const { mean } = figuresOf(collection, without);
    const sum = held.reduce((total, value, at) => total + (value - mean[at % features]) ** 2, 0);
    return { mean: sum / held.length };
  }

  const { mean, covariance } = await remembered(collection, `moments ${without}`, () => momentsOf(collection, without));
  const directions = await principalDirections(covariance, features, codeSize);
  let [left, explained] = [0, 0];
  const centred = new Float64Array(features);
  for (let row = 0; row < rows; row++) {
    if (row % 200 === 199) await breath();
    for (let i = 0; i < features; i++) centred[i] = held[row * features + i] - mean[i];
    left += dot(centred, centred);
    for (const direction of directions) explained += dot(centred, direction) ** 2;
  }
  // With as many numbers as pixels the error is 0, and the difference of two large sums is only rounding.
  const error = left - explained > 1e-12 * left ? left - explained : 0;
  return { pca: error / held.length, mean: left / held.length };
}

/** Returns the moments of the training examples. */
function momentsOf(collection: Collection, without: number): Promise<Moments> {
  const { values, features } = collection;
  const rows = trainedRows(collection, without);
  return moments(rows.length, features, (row, i) => values[rows[row] * features + i] / 255);
}

/** Finds principal directions; it ends when the remaining variance no longer falls. */
async function principalDirections(matrix: Float64Array, features: number, count: number): Promise<Float64Array[]> {
  let total = 0;
  for (let i = 0; i < features; i++) total += matrix[i * features + i];
  let directions = firstGuess(features, Math.min(count, features));
  let along = 0;
  for (let round = 1; round <= mostRounds; round++) {
    directions = turned(matrix, directions);
    await breath();
    if (round % rounds) continue;
    const before = along;
    along = varianceAlong(matrix, directions);
    if (along - before <= 1e-4 * (total - along)) break;
  }
  return directions;
}

/**
 * Returns the mean entropy of the pixels in nats: the lowest possible cross-entropy, since grey pixels are
 * probabilities.
 */
function entropyOf(values: Float32Array): number {
  let sum = 0;
  for (const p of values) if (p > 0 && p < 1) sum -= p * Math.log(p) + (1 - p) * Math.log(1 - p);
  return sum / values.length;
}
