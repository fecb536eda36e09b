import { partialSumConstants, partialSumsShader, sumGroup } from '../../shaders/partial-sums.ts';
import type { Tape } from '../runtime/tape.ts';
import { Tensor, type BufferRange } from '../runtime/tensor.ts';
import { recordStage, strip, sumRowsInto } from './reduce.ts';

/**
 * Sums x, seen as rows as long as y, into the gradient y. Stages first shorten long sums; one dispatch then finishes
 * all postponed gradients. The additions and their order are those of `sumRowsInto`. Unless these are `partial` sums,
 * which nothing else reads, there is at least one stage. No gradient rule.
 */
export function sumRowsLater(tape: Tape, x: Tensor, y: Tensor, partial = false): void {
  const inner = y.size;
  let from = x;
  while (from.size > 2 * strip * inner || (from === x && !partial))
    from = recordStage(tape, from, { outer: 1, length: from.size / inner, inner });
  // A gradient without a buffer cannot share a dispatch with others.
  if (!rangeOf(y)) return sumRowsInto(tape, from, y);
  tape.finish?.([y]);
  const rests = waiting.get(tape) ?? [];
  rests.push({ x: from, y, add: tape.adds(y) });
  waiting.set(tape, rests);
  tape.finish ??= (before) => finish(tape, rests, before);
}

/**
 * Returns the number of parts, at most `most`, for `count` summands: parts of one size, except the last. Both arguments
 * must follow from shapes alone, since the parts change the order of additions.
 */
export const partsOf = (count: number, most: number): number =>
  Math.ceil(count / Math.ceil(count / Math.min(count, most)));

/** A postponed sum: the rows of x are to be added to y. */
interface Rest {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly add: boolean;
}

const waiting = new WeakMap<Tape, Rest[]>();

/** Records a dispatch for all postponed gradients in one buffer, such as a model's. */
function finish(tape: Tape, rests: Rest[], before?: readonly (Tensor | undefined)[]): void {
  if (before && !rests.some(({ y }) => before.some((each) => each && overlap(each, y)))) return;
  for (let left = rests.splice(0); left.length;) {
    const { buffer } = rangeOf(left[0].y)!;
    const isThere = ({ y }: Rest) => rangeOf(y)!.buffer === buffer;
    addUp(tape, buffer, left.filter(isThere));
    left = left.filter((rest) => !isThere(rest));
  }
}

const rangeOf = ({ home }: Tensor): BufferRange | undefined => ('range' in home ? home.range : undefined);

/** Whether two tensors share a value. */
function overlap(a: Tensor, b: Tensor): boolean {
  const [p, q] = [rangeOf(a), rangeOf(b)];
  if (!p || !q) return a === b;
  return p.buffer === q.buffer && p.offset < q.offset + b.bytes && q.offset < p.offset + a.bytes;
}

/** Adds up rows, which are stored consecutively at binding offsets, into gradients of a buffer. */
function addUp(tape: Tape, buffer: GPUBuffer, rests: readonly Rest[]): void {
  let [size, end, width] = [0, 0, 0];
  const sums = rests.map(({ x, y, add }) => {
    const sum = { x: size, y: rangeOf(y)!.offset / 4, width: y.size, rows: x.size / y.size, add: +add };
    size += Math.ceil(x.size / 64) * 64;
    end = Math.max(end, sum.y + y.size);
    width += y.size;
    return sum;
  });
  const whole = tape.tensor([size], 'f32', 'partial sums');
  rests.forEach(({ x }, i) => (x.part = { whole, offset: 4 * sums[i].x }));
  const gradients = new Tensor([end], 'f32', 'gradients', { gpu: tape.gpu, range: { buffer, offset: 0 } });
  tape.run(
    partialSumsShader(sums.length, strip),
    { x: whole, y: gradients },
    { constants: partialSumConstants(sums), workgroups: Math.ceil(width / sumGroup) },
  );
}
