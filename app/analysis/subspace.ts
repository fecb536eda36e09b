import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Matrix as Values } from '../../src/index.ts';
import { columns } from './pca.ts';

/**
 * The principal axes of what a linear decoder draws, within the space its weight spans: of unit length and orthogonal, the one along which
 * its images vary most first. The weight's own columns are any other axes of that space, leaning and mixed.
 * @param weight [pixels, code]
 * @param codes [examples, code]
 */
export function principalAxes(weight: Values, codes: Values): Float64Array[] {
  // Images vary as W C Wᵀ, with C = E D Eᵀ of the codes. That is A Aᵀ for A = W E √D, and the axes are A's left singular vectors.
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance(codes), {
    assumeSymmetric: true,
  });
  const deviations = Matrix.diag(realEigenvalues.map((variance) => Math.sqrt(Math.max(0, variance))));
  const a = new Matrix(columns(weight).map((column) => Array.from(column)))
    .transpose()
    .mmul(eigenvectorMatrix)
    .mmul(deviations);
  const { leftSingularVectors } = new SingularValueDecomposition(a, {
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  return Array.from({ length: weight.shape[1] }, (_, i) => Float64Array.from(leftSingularVectors.getColumn(i)));
}

/** The same vectors, each turned round where it points away from its partner: an axis has no direction of its own. */
export function aligned(vectors: Float64Array[], partners: Float64Array[]): Float64Array[] {
  return vectors.map((vector, i) => {
    const along = vector.reduce((sum, value, at) => sum + value * partners[i][at], 0);
    return along < 0 ? vector.map((value) => -value) : vector;
  });
}

function covariance({ data, shape: [count, size] }: Values): Matrix {
  const mean = new Float64Array(size);
  data.forEach((value, at) => (mean[at % size] += value / count));
  const sums = Matrix.zeros(size, size);
  const row = new Float64Array(size);
  for (let start = 0; start < data.length; start += size) {
    for (let i = 0; i < size; i++) row[i] = data[start + i] - mean[i];
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sums.set(i, j, sums.get(i, j) + row[i] * row[j]);
  }
  return sums.div(count);
}
