import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Matrix as Values } from '../../src/index.ts';

export interface Contraction {
  /** The singular values of ∂h/∂x, the largest first, each averaged over the given codes. */
  spectrum: Float64Array;
  /** The mean of ‖∂h/∂x‖_F. */
  norm: number;
}

/**
 * How an encoder of one sigmoid layer answers small changes of its input, in float64. J = diag(h (1 − h)) W.
 * @param weight [code, pixels]
 * @param codes [examples, code]
 */
export function contraction(weight: Values, codes: Values): Contraction {
  const [size, pixels] = weight.shape;
  // With W = U S Vᵀ, J and the much smaller diag(h (1 − h)) U S have the same singular values: V only turns the input.
  const w = Matrix.from1DArray(size, pixels, Array.from(weight.data));
  const { leftSingularVectors, diagonal } = new SingularValueDecomposition(w, {
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  const turned = leftSingularVectors.mmul(Matrix.diag(diagonal));
  const spectrum = new Float64Array(Math.min(size, pixels));
  let norm = 0;
  const count = codes.shape[0];
  for (let n = 0; n < count; n++) {
    const h = Array.from(codes.data.subarray(n * size, (n + 1) * size));
    const jacobian = turned.clone().mulColumnVector(h.map((value) => value * (1 - value)));
    const values = new SingularValueDecomposition(jacobian, {
      computeLeftSingularVectors: false,
      computeRightSingularVectors: false,
      autoTranspose: true,
    });
    values.diagonal.forEach((value, i) => (spectrum[i] += value / count));
    norm += Math.hypot(...values.diagonal) / count;
  }
  return { spectrum, norm };
}
