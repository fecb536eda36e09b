import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { activate, activated, activationWord, foldedInto, type Activation, type ActivationWord } from './activation.ts';
import { product } from './matmul.ts';
import { sumRowsInto } from './reduce.ts';

/** The inputs of a recorded dense layer. */
export interface DenseSource {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly bias?: Tensor;
  readonly transposed: boolean;
}

/** The recorded dense layers by y, for a later layer whose gradient has few values. */
export const denseSources = new WeakMap<Tensor, DenseSource>();
/** Other ways to record a dense layer, x wᵀ + bias with its gradient, by its input x, if few numbers of x count. */
export const denseWays = new WeakMap<Tensor, (source: DenseSource) => Tensor>();

/**
 * A dense layer: y = f(x wᵀ + bias), with x [rows, in], w [out, in], bias [out]; y is [rows, out]. It is one dispatch
 * where f′ follows from y, otherwise two. dw = dzᵀ x with dbias = Σ_rows dz in the same dispatch; dx = dz w includes
 * the slope of x's own activation. With `transposed`, w is [in, out]: the weight of a layer that this one mirrors.
 * @throws OptionError, ShapeError
 */
export function dense(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  activation: Activation = 'linear',
  { transposed = false } = {},
): Tensor {
  const [out, inputs] = transposed ? [w.columns, w.rows] : [w.rows, w.columns];
  if (x.columns !== inputs)
    throw new ShapeError(`dense: the layer takes ${inputs} features, the data has ${x.columns}`);
  if (bias && bias.size !== out) throw new ShapeError(`dense: ${out} units, but a bias of ${shown(bias.shape)}`);
  const source = { x, w, bias, transposed };
  const way = denseWays.get(x);
  if (way) return activate(tape, way(source), activation);
  const forward = (y: Tensor, f: ActivationWord) =>
    product(tape, { a: x, b: w, y, bias, transposeB: !transposed, activation: f });
  const y = activated(tape, [x.rows, out], activationWord('dense', activation), forward, (dz) => {
    if (transposed) {
      product(tape, { a: x, b: dz, y: tape.grad(w), transposeA: true });
      if (bias) sumRowsInto(tape, dz, tape.grad(bias));
    } else {
      product(tape, { a: dz, b: x, y: tape.grad(w), sums: bias && tape.grad(bias), transposeA: true });
    }
    product(tape, { a: dz, b: w, transposeB: transposed, ...foldedInto(tape, x) });
  });
  denseSources.set(y, source);
  return y;
}
