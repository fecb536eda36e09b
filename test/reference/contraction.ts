import type { ActivationName } from '../../src/kernels/activation.ts';
import { activations } from './activation.ts';

type Numbers = ArrayLike<number>;

/** y = f(x wᵀ + bias), with w [units, inputs]. */
export interface Layer {
  w: Numbers;
  bias: Numbers;
  activation: ActivationName;
}

/** ∂h/∂x at one x, a line for each unit of the code: D_L W_L ⋯ D_1 W_1, with the slopes of each layer on the diagonal of D. */
export function jacobian(layers: readonly Layer[], x: Numbers): number[][] {
  let h = Array.from(x);
  let lines = h.map((_, i) => h.map((_, c) => Number(i === c)));
  for (const { w, bias, activation } of layers) {
    const { f, slope } = activations[activation];
    const weighted = (j: number, values: readonly number[]) =>
      values.reduce((sum, v, i) => sum + w[j * values.length + i] * v, 0);
    const z = Array.from(bias, (b, j) => b + weighted(j, h));
    lines = z.map((at, j) =>
      Array.from(
        x,
        (_, c) =>
          slope(at) *
          weighted(
            j,
            lines.map((line) => line[c]),
          ),
      ),
    );
    h = z.map(f);
  }
  return lines;
}

/** factor ‖J‖²_F of each row of x, or factor ‖uᵀJ‖² with that row's u. */
export function contraction(
  layers: readonly Layer[],
  x: Numbers,
  inputs: number,
  factor: number,
  u?: Numbers,
): Float64Array {
  const row = (values: Numbers, width: number, r: number) =>
    Array.from({ length: width }, (_, i) => values[r * width + i]);
  return Float64Array.from({ length: x.length / inputs }, (_, r) => {
    const lines = jacobian(layers, row(x, inputs, r));
    const signs = u && row(u, lines.length, r);
    const seen = signs ? lines[0].map((_, c) => signs.reduce((sum, v, j) => sum + v * lines[j][c], 0)) : lines.flat();
    return factor * seen.reduce((sum, v) => sum + v * v, 0);
  });
}
