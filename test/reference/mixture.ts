import type { Mixture } from '../../src/models/downstream/mixture.ts';

/** A mixture from its weights, means and lower triangular factors, row by row. */
export function mixtureFrom(weights: number[], means: number[][], factors: number[][]): Mixture {
  return {
    components: weights.length,
    size: means[0].length,
    weights: Float64Array.from(weights),
    means: Float64Array.from(means.flat()),
    factors: Float64Array.from(factors.flat()),
  };
}

/** F Fᵀ of a matrix of `size` rows, of a factor its covariance. */
export function covarianceOf(factor: Float64Array, size: number): Float64Array {
  const columns = factor.length / size;
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += factor[i * columns + k] * factor[j * columns + k];
    return sum;
  });
}

/** The mean of log Σ wₖ N(z; μₖ, Σₖ) over codes, by the definition. */
export function logDensity({ components, size, weights, means, factors }: Mixture, codes: ArrayLike<number>): number {
  const parts = Array.from({ length: components }, (_, k) => {
    const covariance = covarianceOf(factors.subarray(k * size * size, (k + 1) * size * size), size);
    return { ...solved(covariance, size), weight: weights[k], mean: means.subarray(k * size, (k + 1) * size) };
  });
  let total = 0;
  const count = codes.length / size;
  for (let row = 0; row < count; row++) {
    let density = 0;
    for (const { inverse, determinant, weight, mean } of parts) {
      let form = 0;
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++)
          form += (codes[row * size + i] - mean[i]) * inverse[i][j] * (codes[row * size + j] - mean[j]);
      density += (weight * Math.exp(-form / 2)) / Math.sqrt((2 * Math.PI) ** size * determinant);
    }
    total += Math.log(density) / count;
  }
  return total;
}

/** Mean and covariance of a whole mixture: Σ w μ, and Σ w (Σ + μ μᵀ) less the mean's own product. */
export function momentsOf({ components, size, weights, means, factors }: Mixture) {
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  for (let k = 0; k < components; k++) for (let i = 0; i < size; i++) mean[i] += weights[k] * means[k * size + i];
  for (let k = 0; k < components; k++) {
    const own = covarianceOf(factors.subarray(k * size * size, (k + 1) * size * size), size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        covariance[i * size + j] +=
          weights[k] * (own[i * size + j] + (means[k * size + i] - mean[i]) * (means[k * size + j] - mean[j]));
  }
  return { mean, covariance };
}

/** Inverse and determinant, by Gauss and Jordan. */
function solved(matrix: Float64Array, size: number): { inverse: number[][]; determinant: number } {
  const rows = Array.from({ length: size }, (_, i) => [
    ...matrix.subarray(i * size, (i + 1) * size),
    ...Array.from({ length: size }, (_, j) => Number(i === j)),
  ]);
  let determinant = 1;
  for (let i = 0; i < size; i++) {
    const pivot = rows[i][i];
    determinant *= pivot;
    rows[i] = rows[i].map((value) => value / pivot);
    for (let other = 0; other < size; other++) {
      if (other === i) continue;
      const factor = rows[other][i];
      rows[other] = rows[other].map((value, j) => value - factor * rows[i][j]);
    }
  }
  return { inverse: rows.map((row) => row.slice(size)), determinant };
}
