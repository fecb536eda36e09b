/** Two scores of strangeness that need no training, on rows of numbers. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** The squared distance of each row from the plane of the first `k` principal components. */
export function distanceFromPlane(rows: readonly number[][], k: number): number[] {
  const x = new Matrix(rows.map((row) => [...row]));
  const centred = x.subRowVector(x.mean('column'));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(centred.transpose().mmul(centred), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const basis = new Matrix(order.slice(0, k).map((i) => eigenvectorMatrix.getColumn(i))).transpose();
  const left = Matrix.sub(centred, centred.mmul(basis).mmul(basis.transpose()));
  return left.to2DArray().map((row) => row.reduce((sum, value) => sum + value * value, 0));
}

/** The mean distance of each row from the `k` that are nearest to it. */
export function distanceFromNeighbors(rows: readonly number[][], k: number): number[] {
  return rows.map((row, i) => {
    const distances = rows.flatMap((other, j) =>
      i === j ? [] : [Math.sqrt(row.reduce((sum, value, c) => sum + (value - other[c]) ** 2, 0))],
    );
    return (
      distances
        .sort((a, b) => a - b)
        .slice(0, k)
        .reduce((sum, value) => sum + value, 0) / k
    );
  });
}
