/** ‖∂h/∂x‖²_F of an encoder of one sigmoid layer, h = sigmoid(W x + b), in float64 for each example. Two ways that share nothing. */
import type { Matrix } from '../../src/index.ts';

/** In closed form, Σ_j (h_j (1 − h_j))² Σ_i w_ji². `weight` is [code, features], `codes` [examples, code]. */
export function squaredNorms(weight: Matrix, codes: Matrix): Float64Array {
  const [units, features] = weight.shape;
  const lengths = Float64Array.from({ length: units }, (_, j) =>
    weight.data.subarray(j * features, (j + 1) * features).reduce((sum, w) => sum + w * w, 0),
  );
  return Float64Array.from({ length: codes.shape[0] }, (_, n) => {
    const h = codes.data.subarray(n * units, (n + 1) * units);
    return lengths.reduce((sum, length, j) => sum + (h[j] * (1 - h[j])) ** 2 * length, 0);
  });
}

/** By central differences: every pixel of every image is moved a little both ways. Pixels are bytes and mean value / 255. */
export function squaredNormsByDifferences(weight: Matrix, bias: Matrix, pixels: Uint8Array, step = 1e-4): Float64Array {
  const [units, features] = weight.shape;
  // One row a pixel: what moving it adds to each unit's sum.
  const moves = new Float64Array(features * units);
  for (let j = 0; j < units; j++)
    for (let i = 0; i < features; i++) moves[i * units + j] = step * weight.data[j * features + i];
  const sums = new Float64Array(units);
  return Float64Array.from({ length: pixels.length / features }, (_, n) => {
    sums.set(bias.data);
    for (let i = 0; i < features; i++) {
      const value = pixels[n * features + i] / 255 / step;
      if (value) for (let j = 0; j < units; j++) sums[j] += value * moves[i * units + j];
    }
    let total = 0;
    for (let i = 0; i < features; i++) {
      for (let j = 0; j < units; j++) {
        const move = moves[i * units + j];
        total += ((sigmoid(sums[j] + move) - sigmoid(sums[j] - move)) / (2 * step)) ** 2;
      }
    }
    return total;
  });
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
