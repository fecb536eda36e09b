import type { Activation } from '../../src/kernels/activation.ts';
import { activationOf } from './activation.ts';

type Numbers = ArrayLike<number>;

/** The transpose of a matrix of so many columns. */
export function transposed(w: Numbers, columns: number): Float64Array {
  const rows = w.length / columns;
  return Float64Array.from({ length: w.length }, (_, i) => w[(i % rows) * columns + Math.floor(i / rows)]);
}

/** y = f(x wᵀ + bias) for x [rows, inputs] and w [units, inputs]. */
export function dense(
  x: Numbers,
  w: Numbers,
  bias: Numbers | undefined,
  inputs: number,
  activation: Activation,
): Float64Array {
  const [rows, units] = [x.length / inputs, w.length / inputs];
  const y = new Float64Array(rows * units);
  for (let r = 0; r < rows; r++) {
    for (let u = 0; u < units; u++) {
      let z = bias?.[u] ?? 0;
      for (let i = 0; i < inputs; i++) z += x[r * inputs + i] * w[u * inputs + i];
      y[r * units + u] = activationOf(activation).f(z);
    }
  }
  return y;
}
