type Numbers = ArrayLike<number>;

export interface Sides {
  m: number;
  n: number;
  k: number;
  transposeA?: boolean;
  transposeB?: boolean;
}

/** y = op(a) op(b), and Σ|a b| beside each value: what rounding may change is in proportion to that. */
export function matmul(
  a: Numbers,
  b: Numbers,
  { m, n, k, transposeA, transposeB }: Sides,
): { y: Float64Array; magnitude: Float64Array } {
  const y = new Float64Array(m * n);
  const magnitude = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let l = 0; l < k; l++) {
        const term = a[transposeA ? l * m + i : i * k + l] * b[transposeB ? j * k + l : l * n + j];
        y[i * n + j] += term;
        magnitude[i * n + j] += Math.abs(term);
      }
    }
  }
  return { y, magnitude };
}
