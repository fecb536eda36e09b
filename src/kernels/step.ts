import { gatherShader, scatterShader } from '../../shaders/gather.ts';
import { shuffleShader } from '../../shaders/shuffle.ts';
import { accountShader, advanceShader, clipShader, termNames, watchStrip } from '../../shaders/step.ts';
import { streams } from '../runtime/random.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Piece, Tensor } from '../runtime/tensor.ts';

/** Examples on the device: rows of `columns` floats, or of bytes, four to a word. */
export interface Rows {
  /** All rows, or the pieces that they are cut into, in order. */
  readonly data: Tensor | readonly Piece[];
  /**
   * The size of the ring if `data` is a ring: the example at each position replaces the one that many positions before
   * it.
   */
  readonly window?: number;
  readonly bytes: boolean;
  readonly columns: number;
  /**
   * The number of values from the start of a row to the start of the next, if it is not `columns`: windows of a series
   * overlap or leave gaps.
   */
  readonly stride?: number;
  /** The factor that each value is multiplied by. */
  readonly scale: number;
}

/** Gathers the batch at the state's position, [rows, columns]; `order` gives the number of the n-th example. */
export function gather(tape: Tape, source: Rows, state: Tensor, rows: number, order?: Tensor): Tensor {
  const { data, window, bytes, columns, stride = columns, scale } = source;
  const x = tape.tensor([rows, columns], 'f32', 'batch');
  const strided = stride !== columns;
  const wide = columns % 4 === 0 && stride % 4 === 0;
  const threads = wide ? x.size / 4 : x.size;
  const whole = 'shape' in data ? data : data.length === 1 ? data[0].data : undefined;
  const held = window ? 'ring' : whole ? 'all' : 'split';
  const shader = gatherShader({ bytes, wide, ordered: order !== undefined, held, strided });
  const constants = { rows, columns, scale, ...(strided && { stride }) };
  const run = (data: Tensor, part = {}) =>
    tape.run(shader, { data, state, x, order }, { constants: { ...constants, ...part }, threads });
  if (whole) run(whole, window ? { window } : {});
  else for (const { data: piece, first, count } of data as readonly Piece[]) run(piece, { first, count });
  return x;
}

/** Writes the real rows of a batch into `out`, after those of earlier steps; y has `columns` values in each row. */
export function scatter(tape: Tape, y: Tensor, state: Tensor, out: Tensor, columns: number): void {
  tape.run(scatterShader(), { y, state, out }, { constants: { columns }, threads: y.size });
}

/** Fills `order` for the state's epoch: with a permutation, or in sequence; of all examples, or of a subset. */
export function shuffle(
  tape: Tape,
  state: Tensor,
  order: Tensor,
  { shuffled, subset }: { shuffled: boolean; subset?: Tensor },
): void {
  const examples = order.size;
  // At least two bits in each half, as one bit would allow too few permutations.
  const half_bits = Math.max(2, Math.ceil(Math.log2(examples) / 2));
  const constants = { examples, half_bits, stream: streams.shuffle };
  const shader = shuffleShader({ shuffled, subset: subset !== undefined });
  tape.run(shader, { state, order, subset }, { constants, threads: examples });
}

/** What `account` needs before an optimizer. */
export interface Update {
  readonly gradients: Tensor;
  /** The learning rate and the step at which the optimizer's moments began, for each step of a run: [steps, 2]. */
  readonly timetable: Tensor;
  /** The largest norm of all gradients together. */
  readonly clipNorm?: number;
}

/**
 * Sums a step's losses, given as sums over parts of the batch, into their slot of `losses`, [steps, columns], from
 * column `first` on. With an update, it also checks that gradients are finite and below 2⁶⁰, and gives the
 * optimizer its rate; a `clipNorm` adds a dispatch that computes the scale of the gradients.
 */
export function account(
  tape: Tape,
  terms: readonly Tensor[],
  state: Tensor,
  losses: Tensor,
  update?: Update,
  first = 0,
): void {
  const most = termNames.length;
  if (terms.length > most) {
    account(tape, terms.slice(0, most), state, losses, undefined, first);
    return account(tape, terms.slice(most), state, losses, update, first + most);
  }
  const sums = Object.fromEntries(terms.map((term, n) => [termNames[n], term])) as { sums0: Tensor };
  const counts = Object.fromEntries(terms.map((term, n) => [`count${n}`, term.size]));
  const { gradients, timetable, clipNorm }: Partial<Update> = update ?? {};
  const quads = gradients ? gradients.size / 4 : 0;
  const blocks = Math.ceil(quads / (64 * watchStrip));
  const squares = clipNorm === undefined ? undefined : tape.tensor([blocks], 'f32', 'squares');
  const shader = accountShader({
    terms: terms.length,
    gradients: gradients !== undefined,
    squares: squares !== undefined,
    alone: tape.gpu.info.isFallback && !squares,
  });
  const constants = { ...counts, width: losses.size / losses.shape[0], first_column: first, quads };
  tape.run(shader, { state, losses, timetable, gradients, squares, ...sums }, { constants, workgroups: 1 + blocks });
  if (squares)
    tape.run(clipShader(), { squares, state }, { constants: { count: blocks, most: clipNorm! }, workgroups: 1 });
}

/** Advances the state to the next batch where no optimizer does. */
export function advance(tape: Tape, state: Tensor): void {
  tape.run(advanceShader(), { state }, { workgroups: 1 });
}
