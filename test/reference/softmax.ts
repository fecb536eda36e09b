/** y[r,c] = e^{x[r,c]} / Σ_c e^{x[r,c]} */
export function softmax(x: ArrayLike<number>, columns: number): Float64Array {
  const y = Float64Array.from(x);
  for (let start = 0; start < y.length; start += columns) {
    const row = y.subarray(start, start + columns);
    const most = row.reduce((a, b) => Math.max(a, b));
    const sum = row.reduce((s, v) => s + Math.exp(v - most), 0);
    row.forEach((v, i) => (row[i] = Math.exp(v - most) / sum));
  }
  return y;
}
