import {
  sparseBackwardAlone,
  sparseProductAlone,
  sparseWeightsAlone,
  sumsEach,
  transposeAlone,
} from '../../shaders/sparse-alone.ts';
import {
  clearMarks,
  markedRows,
  markShader,
  sortPlaces,
  sparseMask,
  sparseSlope,
  sparseSums,
  sparseSumsAlone,
} from '../../shaders/sparse-places.ts';
import {
  placesOfGroup,
  sparseBackward,
  sparseProduct,
  sparseWeights,
  squareSide,
  tileSide,
  transposeShader,
} from '../../shaders/sparse.ts';
import type { Activation } from '../../shaders/activation.ts';
import { groupSize } from '../../shaders/grid.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { DenseSource } from './dense.ts';
import { sumRowsInto } from './reduce.ts';
import { quadsOf } from './shapes.ts';

/** The places of a matrix [rows, width] that count. No kernel here reads the other values. */
export interface Places {
  /** The columns of the places, [rows, k]; u32. */
  readonly indices: Tensor;
  readonly width: number;
  /** The places as bits, [⌈rows / 32⌉, width], recorded on first use. */
  marks(): Tensor;
  /** The places by columns: where each begins, [width + 1], in a list of rows, [rows, k]; recorded on first use. */
  lists(): { starts: Tensor; rows_of: Tensor };
}

/**
 * Rows with fewer than a sixteenth of their numbers are processed place by place: a matrix product uses each loaded
 * value many times. On a processor 784-256-784 with k = 32, forward and back, took 0.9 times as long like this,
 * 784-520-784 0.6 times, with batches of 128.
 */
const sparseFrom = 16;

/** Whether it pays to process only k places of a row. */
export const isSparse = (k: number, width: number): boolean => sparseFrom * k < width;

/** Whether to use the kernels for processors, without workgroup memory, which add in the same order. */
const alone = (tape: Tape): boolean => tape.gpu.info.isFallback;

/** Makes places from their indices. */
export function placesOf(tape: Tape, indices: Tensor, width: number): Places {
  let marks: Tensor | undefined;
  let lists: ReturnType<Places['lists']> | undefined;
  const constants = { places: indices.size, width, k: indices.columns };
  const mark = () => {
    const made = tape.tensor([Math.ceil(indices.rows / markedRows), width], 'u32', 'marks');
    tape.run(clearMarks(), { marks: made }, { constants: { quads: quadsOf(made) }, threads: quadsOf(made) });
    tape.run(markShader(), { indices, marks: made }, { constants, threads: indices.size });
    return made;
  };
  const sort = () => {
    const starts = tape.tensor([width + 1], 'u32', 'starts of columns');
    const rows_of = tape.tensor(indices.shape, 'u32', 'rows of columns');
    tape.run(sortPlaces(), { indices, starts, rows_of }, { constants, workgroups: 1 });
    return { starts, rows_of };
  };
  return { indices, width, marks: () => (marks ??= mark()), lists: () => (lists ??= sort()) };
}

/**
 * y = x wᵀ + bias, with only some places of x, [rows, in], and w [out, in]; with `transposed`, w is [in, out]. The
 * gradient of x is written only at those places.
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
      alone(tape) ? sparseBackwardAlone() : sparseBackward(),
      { dy, indices, w: columns, dx: tape.grad(x) },
      {
        constants: sizes(places, outs),
        ...(alone(tape) ? { threads: indices.size } : { workgroups: Math.ceil(indices.size / placesOfGroup) }),
      },
    );
  });
  return y;
}

/** Passes dy, the gradient of some places of y = f(x wᵀ + bias), to the inputs of y. */
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
  if (bias) sums(tape, dz, places, tape.grad(bias));
  product(tape, dz, places, transposed ? transpose(tape, w) : w, tape.grad(x));
}

/** The values of some places, set to 0 where their column in `among`, [width], is 0. */
export function masked(tape: Tape, v: Tensor, places: Places, among: Tensor): Tensor {
  const z = tape.tensor(v.shape, 'f32', 'masked');
  tape.run(sparseMask(), { v, indices: places.indices, among, z }, each(places));
  return z;
}

function slopes(tape: Tape, name: Activation, v: Tensor, places: Places, saved: Tensor): Tensor {
  const z = tape.tensor(v.shape, 'f32', 'sparse gradient');
  tape.run(sparseSlope(name), { v, indices: places.indices, saved, z }, each(places));
  return z;
}

/** y = x w (+ bias), w being [in, out]. */
function product(tape: Tape, x: Tensor, places: Places, w: Tensor, y: Tensor, bias?: Tensor): void {
  const outs = w.columns;
  const { indices } = places;
  const { rows } = indices;
  tape.run(
    (alone(tape) ? sparseProductAlone : sparseProduct)(bias !== undefined),
    { x, indices, w, y, bias },
    {
      constants: sizes(places, outs),
      ...(alone(tape)
        ? { threads: rows * Math.ceil(outs / sumsEach) }
        : { workgroups: rows * Math.ceil(outs / groupSize) }),
    },
  );
}

/** dw = xᵀ m, or its transpose. */
function weights(tape: Tape, x: Tensor, places: Places, m: Tensor, dw: Tensor, turned: boolean): void {
  const { columns } = m;
  const { width, indices } = places;
  if (alone(tape))
    tape.run(
      sparseWeightsAlone(turned),
      { x, ...places.lists(), m, dw },
      { constants: { width, columns }, threads: width * Math.ceil(columns / sumsEach) },
    );
  else
    tape.run(
      sparseWeights(turned),
      { x, marks: places.marks(), m, dw },
      {
        constants: { rows: indices.rows, width, columns },
        workgroups: Math.ceil(width / tileSide) * Math.ceil(columns / groupSize),
      },
    );
}

/** dbias = Σ_rows x */
function sums(tape: Tape, x: Tensor, places: Places, dbias: Tensor): void {
  const { width, indices } = places;
  if (alone(tape)) {
    tape.run(sparseSumsAlone(), { x, ...places.lists(), dbias }, { constants: { width }, threads: width });
  } else {
    const constants = { rows: indices.rows, width };
    tape.run(sparseSums(), { x, marks: places.marks(), dbias }, { constants, threads: width });
  }
}

function transpose(tape: Tape, w: Tensor): Tensor {
  const { rows, columns } = w;
  const y = tape.tensor([columns, rows], 'f32', 'transposed');
  const squares = Math.ceil(rows / squareSide) * Math.ceil(columns / squareSide);
  const shader = alone(tape) ? transposeAlone() : transposeShader();
  tape.run(shader, { w, y }, { constants: { rows, columns }, workgroups: squares });
  return y;
}

const each = ({ indices, width }: Places) => ({
  constants: { places: indices.size, width, k: indices.columns },
  threads: indices.size,
});

const sizes = ({ indices: { rows, columns }, width }: Places, outs: number) => ({ rows, width, k: columns, outs });
