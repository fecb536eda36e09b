import type { Yardsticks } from '../protocol.ts';
import { heldOutRows, rowsOf, type Collection } from './examples.ts';
import { breath, dot, firstGuess, moments, turned } from './principal.ts';

/** A covariance of more would take too much memory and too long. */
const mostFeatures = 1100;
const rounds = 25;

/**
 * What a code of that size could do if it were linear, and what needs no code at all, on the held-out examples. A table's columns
 * are divided by their standard deviations first, whatever the model does. `entropy`: whether the loss is the cross-entropy of values as they are.
 */
export async function yardsticks(collection: Collection, codeSize: number, entropy: boolean): Promise<Yardsticks> {
  const { features, trained, values, kind } = collection;
  const scale = values instanceof Uint8Array ? 1 / 255 : 1;
  const held = rowsOf(collection, heldOutRows(collection));
  const rows = held.length / features;
  const floor = entropy && kind === 'image' ? entropyOf(held) : undefined;
  if (features > mostFeatures) return { mean: squaredDistance(held, meanOf(held, features)), floor };

  const first = kind === 'table' ? rowsOf(collection, [0]) : undefined;
  const { mean, covariance } = await moments(trained, features, (row, i) => values[row * features + i] * scale, first);
  // A table's columns count alike, whatever their units.
  const unit = Float64Array.from(mean, (_, i) => (kind === 'table' ? Math.sqrt(covariance[i * features + i]) || 1 : 1));
  const matrix = covariance.map((value, at) => value / unit[Math.floor(at / features)] / unit[at % features]);
  let directions = firstGuess(features, Math.min(codeSize, features));
  for (let round = 0; round < rounds; round++) {
    directions = turned(matrix, directions);
    await breath();
  }
  let [left, explained] = [0, 0];
  const centred = new Float64Array(features);
  for (let row = 0; row < rows; row++) {
    if (row % 200 === 199) await breath();
    for (let i = 0; i < features; i++) centred[i] = (held[row * features + i] - mean[i]) / unit[i];
    left += dot(centred, centred);
    for (const direction of directions) explained += dot(centred, direction) ** 2;
  }
  // What two sums of millions of terms differ by is rounding, where as many numbers hold the whole table.
  const error = left - explained > 1e-12 * left ? left - explained : 0;
  return { pca: error / held.length, mean: left / held.length, floor };
}

/** Grey pixels have an entropy of their own, which no model can beat: the mean of it, in nats. */
function entropyOf(values: Float32Array): number {
  let sum = 0;
  for (const p of values) if (p > 0 && p < 1) sum -= p * Math.log(p) + (1 - p) * Math.log(1 - p);
  return sum / values.length;
}

function meanOf(values: Float32Array, features: number): Float64Array {
  const mean = new Float64Array(features);
  values.forEach((value, at) => (mean[at % features] += (value * features) / values.length));
  return mean;
}

function squaredDistance(values: Float32Array, mean: Float64Array): number {
  return values.reduce((sum, value, at) => sum + (value - mean[at % mean.length]) ** 2, 0) / values.length;
}
