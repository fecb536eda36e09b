import type { Matrix } from '../../src/index.ts';

/**
 * Moves, turns and stretches rows to mean 0 and covariance I, as estimated from them: x ↦ L⁻¹ (x − μ), where L Lᵀ is the covariance. What a
 * distance to N(0, I) then still finds is the shape of the distribution. A direction in which nothing varies cannot be brought there and is an error.
 */
export function whitened({ data, shape }: Matrix): Matrix {
  const [count, size] = shape;
  const mean = new Float64Array(size);
  data.forEach((value, at) => (mean[at % size] += value / count));
  const factor = cholesky(covariance(data, mean, count));
  const result = new Float32Array(data.length);
  const row = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < size; j++) {
      let rest = data[i * size + j] - mean[j];
      for (let k = 0; k < j; k++) rest -= factor[j * size + k] * row[k];
      row[j] = rest / factor[j * size + j];
    }
    result.set(row, i * size);
  }
  return { data: result, shape };
}

/** Brings each number of the rows to mean 0 and deviation 1; how they go together stays as it is. */
export function standardized({ data, shape }: Matrix): Matrix {
  const [count, size] = shape;
  const mean = new Float64Array(size);
  const variance = new Float64Array(size);
  data.forEach((value, at) => (mean[at % size] += value / count));
  data.forEach((value, at) => (variance[at % size] += (value - mean[at % size]) ** 2 / count));
  return { data: data.map((value, at) => (value - mean[at % size]) / Math.sqrt(variance[at % size])), shape };
}

function covariance(data: Float32Array, mean: Float64Array, count: number): Float64Array {
  const size = mean.length;
  const sums = new Float64Array(size * size);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < size; j++) {
      const off = (data[i * size + j] - mean[j]) / count;
      for (let k = 0; k <= j; k++) sums[j * size + k] += off * (data[i * size + k] - mean[k]);
    }
  return sums;
}

/** L of a matrix of which only the lower triangle is looked at. */
function cholesky(matrix: Float64Array): Float64Array {
  const size = Math.sqrt(matrix.length);
  const factor = new Float64Array(matrix.length);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j];
      for (let k = 0; k < j; k++) rest -= factor[i * size + k] * factor[j * size + k];
      if (i === j && !(rest > 0)) throw new Error(`number ${i} of the codes depends linearly on the others`);
      factor[i * size + j] = i === j ? Math.sqrt(rest) : rest / factor[j * size + j];
    }
  return factor;
}
