import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { slope } from './activation.ts';
import { multiply } from './elementwise.ts';
import { rowSums } from './loss.ts';
import { matmul } from './matmul.ts';
import { sum } from './reduce.ts';

/** A recorded dense layer: y = f(x wᵀ + b), w [out, in]. */
export interface RecordedLayer {
  readonly w: Tensor;
  readonly y: Tensor;
}

/**
 * factor ‖∂h/∂x‖²_F of each row, for consecutive dense layers from x to h, as sums like those of `loss`. The Jacobian
 * is D_L W_L ⋯ D_1 W_1, with the slopes of each layer's activation on the diagonal of D.
 *
 * One layer has a closed form, Σ_j f′(z_j)² Σ_i w_ji² (Rifai et al. 2011). For more, the product is built from the
 * code's side, with one row of the Jacobian for each example and each unit of the code.
 *
 * With `u`, [rows, code], it is an estimate: E ‖uᵀJ‖² = ‖J‖²_F if the entries of u are independent, of mean 0 and
 * variance 1 (Hutchinson 1990). It builds one row for each example, at about the cost of a backward pass.
 */
export function contraction(
  tape: Tape,
  layers: readonly RecordedLayer[],
  state: Tensor,
  factor: number,
  u?: Tensor,
): Tensor {
  const fromCode = layers.toReversed();
  let v = u;
  if (!v) {
    const { w, y } = fromCode.shift()!;
    if (!fromCode.length) return closedForm(tape, w, y, state, factor);
    // The first product has the identity on its left.
    v = multiply(tape, slope(tape, y, [y.rows, y.columns, 1]), w);
  }
  fromCode.forEach(({ w, y }, i) => {
    v = multiply(tape, v!, slope(tape, y, u ? y.shape : [y.rows, 1, y.columns]));
    if (i < fromCode.length - 1) v = matmul(tape, v, w);
  });
  return squaredProduct(tape, v, fromCode.at(-1)!.w, state, factor);
}

function closedForm(tape: Tape, w: Tensor, y: Tensor, state: Tensor, factor: number): Tensor {
  const s = slope(tape, y);
  const squares = multiply(tape, multiply(tape, s, s), sum(tape, multiply(tape, w, w), 1));
  return rowSums(tape, 'value', { y: squares }, state, factor);
}

/** ‖v w‖² of each example, as Σ v (v w wᵀ) where that is less work, since v w is as wide as the input. */
function squaredProduct(tape: Tape, v: Tensor, w: Tensor, state: Tensor, factor: number): Tensor {
  const [units, inputs] = [w.rows, w.columns];
  const direct = v.rows * units * inputs;
  if (units * units * inputs + v.rows * units * units >= direct) {
    return rowSums(tape, 'square', { y: matmul(tape, v, w) }, state, factor);
  }
  const gram = matmul(tape, w, w, { transposeB: true });
  return rowSums(tape, 'product', { y: v, x: matmul(tape, v, gram) }, state, factor);
}
