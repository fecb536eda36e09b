import {
  clearMarks,
  markedRows,
  markShader,
  placesOfGroup,
  sparseBackward,
  sparseMask,
  sparseProduct,
  sparseSlope,
  sparseSums,
  sparseWeights,
  squareSide,
  tileSide,
  transposeShader,
} from '../../shaders/sparse.ts';
import type { Activation } from '../../shaders/activation.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { DenseSource } from './dense.ts';
import { sumRowsInto } from './reduce.ts';
import { quadsOf } from './shapes.ts';

/** Which places of a matrix [rows, width] count. Whatever is in the others, no kernel here reads. */
export interface Places {
  /** [rows, k]; u32. */
  readonly indices: Tensor;
  readonly width: number;
  /** The same as bits, [⌈rows / 32⌉, width], recorded when they are first asked for. */
  marks(): Tensor;
}

/** Below this part of a row that counts, its places are gone through one by one: what a product of matrices loads it uses as many times. */
const sparseFrom = 16;

/** Whether it pays to look only at k places of a row. */
export const isSparse = (k: number, width: number): boolean => sparseFrom * k < width;

/** Places by their indices. */
export function placesOf(tape: Tape, indices: Tensor, width: number): Places {
  let marks: Tensor | undefined;
  const record = () => {
    const made = tape.tensor([Math.ceil(indices.rows / markedRows), width], 'u32', 'marks');
    tape.run(clearMarks(), { marks: made }, { constants: { quads: quadsOf(made) }, threads: quadsOf(made) });
    const constants = { places: indices.size, width, k: indices.columns };
    tape.run(markShader(), { indices, marks: made }, { constants, threads: indices.size });
    return made;
  };
  return { indices, width, marks: () => (marks ??= record()) };
}

/**
 * y = x wᵀ + bias, with only some places of x, [rows, in], and w [out, in]; with `transposed`, w is [in, out]. The gradient of x is written in those
 * places alone.
 */
export function sparseDense(
  tape: Tape,
  x: Tensor,
  places: Places,
  w: Tensor,
  bias: Tensor | undefined,
  transposed: boolean,
): Tensor {
  const outs = transposed ? w.columns : w.rows;
  const columns = transposed ? w : transpose(tape, w);
  const y = tape.tensor([x.rows, outs], 'f32', 'preactivation');
  product(tape, x, places, columns, y, bias);
  tape.backward(y, () => {
    const dy = tape.grad(y);
    if (bias) sumRowsInto(tape, dy, tape.grad(bias));
    weights(tape, x, places, dy, tape.grad(w), !transposed);
    const { indices } = places;
    tape.run(
      sparseBackward(),
      { dy, indices, w: columns, dx: tape.grad(x) },
      { constants: sizes(places, outs), workgroups: Math.ceil(indices.size / placesOfGroup) },
    );
  });
  return y;
}

/** Hands dy, the gradient of some places of y = f(x wᵀ + bias), to what y was made of. */
export function sparseGradient(
  tape: Tape,
  y: Tensor,
  dy: Tensor,
  places: Places,
  { x, w, bias, transposed }: DenseSource,
): void {
  const fold = tape.fold(y);
  const dz = fold ? slopes(tape, fold.activation as Activation, dy, places, fold.saved) : dy;
  weights(tape, dz, places, x, tape.grad(w), transposed);
  if (bias) {
    const { rows } = places.indices;
    const { width } = places;
    tape.run(
      sparseSums(),
      { x: dz, marks: places.marks(), dbias: tape.grad(bias) },
      { constants: { rows, width }, threads: width },
    );
  }
  product(tape, dz, places, transposed ? transpose(tape, w) : w, tape.grad(x));
}

/** The values of some places, and 0 in those of them whose column, [width], counts 0. */
export function masked(tape: Tape, y: Tensor, { indices, width }: Places, among: Tensor): Tensor {
  const z = tape.tensor(y.shape, 'f32', 'masked');
  const constants = { places: indices.size, width, k: indices.columns };
  tape.run(sparseMask(), { y, indices, among, z }, { constants, threads: indices.size });
  return z;
}

/** y = x w (+ bias), w being [in, out]. */
function product(tape: Tape, x: Tensor, places: Places, w: Tensor, y: Tensor, bias?: Tensor): void {
  const outs = w.columns;
  tape.run(
    sparseProduct(bias !== undefined),
    { x, indices: places.indices, w, y, bias },
    { constants: sizes(places, outs), workgroups: places.indices.rows * Math.ceil(outs / 64) },
  );
}

/** dw = xᵀ m, or its transpose. */
function weights(tape: Tape, x: Tensor, places: Places, m: Tensor, dw: Tensor, turned: boolean): void {
  const { columns } = m;
  const { width, indices } = places;
  tape.run(
    sparseWeights(turned),
    { x, marks: places.marks(), m, dw },
    {
      constants: { rows: indices.rows, width, columns },
      workgroups: Math.ceil(width / tileSide) * Math.ceil(columns / 64),
    },
  );
}

function slopes(tape: Tape, name: Activation, dy: Tensor, { indices, width }: Places, saved: Tensor): Tensor {
  const dz = tape.tensor(dy.shape, 'f32', 'sparse gradient');
  const constants = { places: indices.size, width, k: indices.columns };
  tape.run(sparseSlope(name), { dy, indices, saved, dz }, { constants, threads: indices.size });
  return dz;
}

function transpose(tape: Tape, w: Tensor): Tensor {
  const { rows, columns } = w;
  const y = tape.tensor([columns, rows], 'f32', 'transposed');
  const squares = Math.ceil(rows / squareSide) * Math.ceil(columns / squareSide);
  tape.run(transposeShader(), { w, y }, { constants: { rows, columns }, workgroups: squares });
  return y;
}

const sizes = ({ indices, width }: Places, outs: number) => ({
  rows: indices.rows,
  width,
  k: indices.columns,
  outs,
});
