import { matmulShader } from '../../shaders/matmul.ts';
import { invocationsOf, type Tiling } from '../../shaders/tiles.ts';
import { ShapeError } from '../errors.ts';
import { checkFlag, checkOptions, shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { ActivationWord, SlopeAt } from './activation.ts';
import { wholeVec4s } from './shapes.ts';
import { sharedTilings, tilings, tuned } from './tilings.ts';

export type { Tiling };

/** Which factors of `matmul` are stored transposed. */
export interface Transposes {
  /** a is stored as [k, m]. */
  transposeA?: boolean;
  /** b is stored as [n, k]. */
  transposeB?: boolean;
}

/**
 * A matrix product: y = op(a) op(b), with a [m, k] and b [k, n] before transposing; y is [m, n]. If a is not transposed
 * it may have more sides, which y keeps. da = dy op(b)ᵀ and db = op(a)ᵀ dy, each transposed where its operand is.
 * @throws OptionError; ShapeError where the inner dimensions differ or an operand is not a matrix
 */
export function matmul(tape: Tape, a: Tensor, b: Tensor, options: Transposes = {}): Tensor {
  checkOptions('matmul', options, ['transposeA', 'transposeB']);
  const { transposeA = false, transposeB = false } = options;
  checkFlag('matmul: transposeA', transposeA);
  checkFlag('matmul: transposeB', transposeB);
  if ((transposeA ? a.shape.length !== 2 : a.shape.length < 2) || b.shape.length !== 2)
    throw new ShapeError(`matmul: takes two matrices, not ${shown(a.shape)} and ${shown(b.shape)}`);
  const [m, k] = sides(a, transposeA);
  const [inner, n] = sides(b, transposeB);
  if (k !== inner)
    throw new ShapeError(
      `matmul: the left side has ${k} columns, the right side ${inner} rows (${shown(a.shape)}, ${shown(b.shape)})`,
    );
  const y = tape.tensor(transposeA ? [m, n] : [...a.shape.slice(0, -1), n]);
  product(tape, { a, b, y, transposeA, transposeB });
  tape.backward(y, () => {
    const dy = tape.grad(y);
    const [da, db] = [tape.grad(a), tape.grad(b)];
    if (transposeA) product(tape, { a: b, b: dy, y: da, transposeA: transposeB, transposeB: true });
    else product(tape, { a: dy, b, y: da, transposeB: !transposeB });
    if (transposeB) product(tape, { a: dy, b: a, y: db, transposeA: true, transposeB: transposeA });
    else product(tape, { a, b: dy, y: db, transposeA: !transposeA });
  });
  return y;
}

const sides = (x: Tensor, transposed: boolean): [number, number] =>
  transposed ? [x.columns, x.rows] : [x.rows, x.columns];

export interface Product extends Transposes {
  a: Tensor;
  b: Tensor;
  y: Tensor;
  bias?: Tensor;
  activation?: ActivationWord;
  /** The slope of an activation at `saved`, which y is multiplied by. */
  slope?: SlopeAt;
  /** Receives the sums over k of op(a)'s rows; only with `transposeA`. */
  sums?: Tensor;
  /** The tiling. Default: one that is probably fast on this adapter. */
  tiling?: Tiling;
}

/**
 * Records one product with its epilogue; operands with more than two dimensions are matrices of their last one. No
 * gradient rule.
 */
export function product(
  tape: Tape,
  { a, b, y, bias, sums, slope, activation = 'linear', transposeA = false, transposeB = false, tiling }: Product,
): void {
  const [m, k] = sides(a, transposeA);
  const [, n] = sides(b, transposeB);
  const variant = {
    transposeA,
    transposeB,
    wideA: wholeVec4s(a.columns),
    wideB: wholeVec4s(b.columns),
    wideY: wholeVec4s(n),
    ragged: !wholeVec4s(k),
    bias: bias !== undefined,
    activation,
    slope: slope?.activation,
    sums: sums !== undefined,
  };
  const way = (tiling: Tiling) => ({
    shader: matmulShader({ ...variant, tiling }),
    invocations: invocationsOf(tiling, m, n) + (sums && !tiling.split ? Math.ceil(m / 4) : 0),
  });
  tuned(tape, {
    kernel: `${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'}`,
    tensors: { a, b, y, bias, saved: slope?.saved, sums },
    constants: { m, n, k },
    suffix: sums && ' with sums',
    candidates: tiling ? [tiling] : [...tilings(tape.gpu, m, n, k / 32), ...sharedTilings(tape.gpu, m, n)],
    way,
    multiplies: m * n * k,
  });
}
