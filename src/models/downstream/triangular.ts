/** Lower triangular matrices in float64, [size, size] row by row; the values above the diagonal are 0. */

/** Returns the Cholesky factor L of a positive definite A = L Lᵀ. It reads the lower triangle of A alone. */
export function cholesky(a: Float64Array, size: number): Float64Array {
  const l = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * size + j];
      for (let k = 0; k < j; k++) rest -= l[i * size + k] * l[j * size + k];
      l[i * size + j] = i === j ? Math.sqrt(rest) : rest / l[j * size + j];
    }
  }
  return l;
}

/** Returns L⁻¹, which is lower triangular as well. */
export function inverse(l: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = inverse.subarray(i * size, (i + 1) * size);
    row[i] = 1;
    for (let k = 0; k < i; k++) {
      const factor = l[i * size + k];
      for (let j = 0; j <= k; j++) row[j] -= factor * inverse[k * size + j];
    }
    const pivot = l[i * size + i];
    for (let j = 0; j <= i; j++) row[j] /= pivot;
  }
  return inverse;
}
