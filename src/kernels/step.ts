import { gatherShader, scatterShader } from '../../shaders/gather.ts';
import { shuffleShader } from '../../shaders/shuffle.ts';
import { accountShader, advanceShader, watchStrip } from '../../shaders/step.ts';
import { streams } from '../runtime/random.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** Examples as they lie on the device: rows of `columns` floats, or of bytes, four to a word. */
export interface Rows {
  readonly data: Tensor;
  readonly bytes: boolean;
  readonly columns: number;
  /** Each value is multiplied by it. */
  readonly scale: number;
}

/** The batch that starts at the state's position, [rows, columns]; `order` says which example is the n-th. */
export function gather(tape: Tape, source: Rows, state: Tensor, rows: number, order?: Tensor): Tensor {
  const { data, bytes, columns, scale } = source;
  const x = tape.tensor([rows, columns], 'f32', 'batch');
  const wide = columns % 4 === 0;
  const threads = wide ? x.size / 4 : x.size;
  tape.run(gatherShader({ bytes, wide, ordered: order !== undefined }), { data, state, x, order }, { constants: { rows, columns, scale }, threads });
  return x;
}

/** Writes the real rows of a batch behind those of the steps before, in `out`; y has `columns` values a row. */
export function scatter(tape: Tape, y: Tensor, state: Tensor, out: Tensor, columns: number): void {
  tape.run(scatterShader(), { y, state, out }, { constants: { columns }, threads: y.size });
}

/** Fills `order` for the state's epoch: a permutation, or the examples as they come; of all, or of a subset. */
export function shuffle(tape: Tape, state: Tensor, order: Tensor, { shuffled, subset }: { shuffled: boolean; subset?: Tensor }): void {
  const examples = order.size;
  // Two bits in each half at least: with one, too few permutations could come up.
  const half_bits = Math.max(2, Math.ceil(Math.log2(examples) / 2));
  const constants = { examples, half_bits, stream: streams.shuffle };
  tape.run(shuffleShader({ shuffled, subset: subset !== undefined }), { state, order, subset }, { constants, threads: examples });
}

/** Adds up a step's loss into its slot; with `gradients`, looks for values there that are not finite. */
export function account(tape: Tape, sums: Tensor, state: Tensor, losses: Tensor, gradients?: Tensor): void {
  const quads = gradients && gradients.size / 4;
  const workgroups = 1 + (quads ? Math.ceil(quads / (64 * watchStrip)) : 0);
  tape.run(accountShader(gradients !== undefined), { sums, state, losses, gradients }, { constants: { count: sums.size, ...(quads && { quads }) }, workgroups });
}

/** Ends a step that trains nothing. */
export function advance(tape: Tape, state: Tensor): void {
  tape.run(advanceShader(), { state }, { workgroups: 1 });
}
