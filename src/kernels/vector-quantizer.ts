import {
  codebookBackward,
  moveEntries as moveEntriesShader,
  perplexityShader,
  quantizeBackward,
  quantizedTogether,
  quantizeShader,
  talliedTogether,
  tallyShader,
} from '../../shaders/vector-quantizer.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { drawConstants, type Draws } from './random.ts';
import { aNumber } from './shapes.ts';

/** Vectors with the nearest entries of a codebook. */
export interface Quantized {
  /** The entries in place of the vectors, of z's shape. */
  readonly y: Tensor;
  /** The numbers of the entries, [rows, vectors of a row]. */
  readonly at: Tensor;
  /**
   * The mean of (z − y)² over the numbers of each row, as sums over its vectors, [rows, vectors of a row]; its gradient
   * flows to z.
   */
  readonly commitment: Tensor;
  /** The same values with a gradient to the codebook, if it is learned. */
  readonly drift?: Tensor;
}

/**
 * Replaces each vector of z [rows, vectors × columns] by the nearest entry of the codebook [entries, columns], the
 * first one of equals (van den Oord et al. 2017). The gradient of y goes straight through to z. With `learned`, the
 * codebook has a gradient, that of `drift`.
 * @throws ShapeError
 */
export function quantize(tape: Tape, z: Tensor, codebook: Tensor, state: Tensor, learned = false): Quantized {
  const { vectors, entries, columns } = sizesOf(z, codebook);
  const sizes = { vectors, entries };
  const [rows] = z.shape;
  const perRow = vectors / rows;
  const factor = 1 / (perRow * columns);
  const wide = columns % 4 === 0;
  const y = tape.tensor(z.shape, 'f32', 'quantized');
  const [at, commitment, drift] = ['entries', 'commitment', 'drift'].map((label) =>
    tape.tensor([rows, perRow], 'f32', label),
  );
  // The commitment has no gradient kernel of its own: the rule of y adds its gradient in the same dispatch.
  tape.loss(commitment, () =>
    tape.run(
      quantizeShader(wide, learned),
      { z, codebook, state, y, at, sums: commitment, ...(learned && { drift }) },
      {
        constants: { ...sizes, parts: wide ? columns / 4 : columns, factor },
        workgroups: Math.ceil(vectors / quantizedTogether),
      },
    ),
  );
  if (learned) tape.loss(drift, () => {});
  const pullOf = (sums: Tensor) => factor * aNumber('quantize', tape.counts(sums) ?? 0);
  tape.backward(y, () => {
    tape.run(
      quantizeBackward(),
      { z, y, dy: tape.grad(y), state, dz: tape.grad(z) },
      { constants: { ...sizes, size: z.size, pull: pullOf(commitment) }, threads: z.size },
    );
    if (!learned || tape.counts(drift) === undefined) return;
    const { counts, totals, stretches } = tallyTotals(tape, at, z, codebook, state);
    tape.run(
      codebookBackward(),
      { codebook, state, counts, totals, dcodebook: tape.grad(codebook) },
      { constants: { ...sizes, columns, stretches, pull: pullOf(drift) }, threads: codebook.size },
    );
  });
  return { y, at, commitment, ...(learned && { drift }) };
}

/** Counts how often each entry is the nearest, in stretches of the batch: [stretches, entries]. No gradient. */
export function tally(tape: Tape, at: Tensor, entries: number, state: Tensor): Tensor {
  const { sizes, counts, workgroups } = tallySizes(tape, at, entries, 1);
  tape.run(tallyShader(false), { at, state, counts }, { constants: sizes, workgroups });
  return counts;
}

/** Counts the same and sums the vectors of each entry, [stretches, entries, columns]. No gradient. */
export function tallyTotals(tape: Tape, at: Tensor, z: Tensor, codebook: Tensor, state: Tensor) {
  const { entries, columns } = sizesOf(z, codebook);
  const { sizes, counts, workgroups } = tallySizes(tape, at, entries, columns);
  const { stretches } = sizes;
  const totals = tape.tensor([stretches, entries, columns], 'f32', 'totals');
  tape.run(tallyShader(true), { at, state, counts, z, totals }, { constants: { ...sizes, columns }, workgroups });
  return { counts, totals, stretches };
}

/**
 * The perplexity of a batch's entries, e to the entropy of their frequencies, as a sum over its rows: [1]. No gradient.
 */
export function perplexity(tape: Tape, counts: Tensor, at: Tensor, state: Tensor): Tensor {
  const [stretches, entries] = counts.shape;
  const sum = tape.tensor([1], 'f32', 'perplexity');
  const constants = { vectors: at.size, entries, stretches };
  tape.run(perplexityShader(), { counts, state, sum }, { constants, workgroups: 1 });
  return sum;
}

/**
 * A codebook that follows the vectors: entries [entries, columns], the number of vectors of each [entries], and their
 * sums [entries, columns].
 */
export interface MovingCodebook {
  readonly codebook: Tensor;
  readonly clusterSize: Tensor;
  readonly clusterSum: Tensor;
}

/**
 * Moves the entries towards the means of their vectors in z by moving averages (van den Oord et al. 2017, appendix
 * A.1), unless a step has diverged. An entry with hardly any vectors is replaced by one of z's. Returns how often each
 * entry was taken, as `tally` does.
 */
export function moveEntries(
  tape: Tape,
  z: Tensor,
  at: Tensor,
  { codebook, clusterSize, clusterSum }: MovingCodebook,
  { decay, draws, kept }: { decay: number; draws: Draws; kept?: Tensor },
): Tensor {
  const { state } = draws;
  const { vectors, entries, columns } = sizesOf(z, codebook);
  const { counts, totals, stretches } = tallyTotals(tape, at, z, codebook, state);
  tape.run(
    moveEntriesShader(kept !== undefined),
    { z, state, counts, totals, codebook, cluster_size: clusterSize, cluster_sum: clusterSum, kept },
    { constants: { vectors, entries, columns, stretches, decay, ...drawConstants(draws) }, workgroups: entries },
  );
  return counts;
}

/** Returns the sizes of vectors and their codebook. @throws ShapeError */
function sizesOf(z: Tensor, codebook: Tensor) {
  const [entries, columns] = codebook.shape;
  const numbers = z.size / z.shape[0];
  if (codebook.shape.length !== 2 || numbers % columns)
    throw new ShapeError(
      `quantize: rows of ${numbers} numbers are not made of whole entries of a codebook ${shown(codebook.shape)}`,
    );
  return { vectors: z.size / columns, entries, columns };
}

/** The most numbers in all partial sums, unless one stretch alone has more. */
const mostPartials = 2 ** 24;

function tallySizes(tape: Tape, at: Tensor, entries: number, columns: number) {
  const vectors = at.size;
  const blocks = Math.ceil(vectors / talliedTogether);
  const most = Math.max(1, Math.floor(mostPartials / (entries * columns)));
  const stretch = talliedTogether * Math.ceil(blocks / most);
  const stretches = Math.ceil(vectors / stretch);
  const counts = tape.tensor([stretches, entries], 'f32', 'counts');
  return { sizes: { vectors, entries, stretch, stretches }, counts, workgroups: entries * stretches };
}
