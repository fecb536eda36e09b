type Numbers = ArrayLike<number>;

const scales = [0.1, 0.2, 0.5, 1, 2, 5, 10];

/** The squared maximum mean discrepancy of rows, by the unbiased estimate, in float64; 0 for a single row. */
export function mmd(kernel: 'imq' | 'rbf', z: Numbers, p: Numbers, rows: number, columns: number, width: number) {
  const k = (a: Numbers, i: number, b: Numbers, j: number) => {
    let q = 0;
    for (let c = 0; c < columns; c++) q += (a[i * columns + c] - b[j * columns + c]) ** 2;
    if (kernel === 'rbf') return Math.exp(-q / width);
    return scales.reduce((sum, scale) => sum + (scale * width) / (scale * width + q), 0);
  };
  if (rows === 1) return 0;
  let [near, far] = [0, 0];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++) {
      if (i !== j) near += k(z, i, z, j) + k(p, i, p, j);
      far += k(z, i, p, j);
    }
  return near / (rows * (rows - 1)) - (2 * far) / rows ** 2;
}
