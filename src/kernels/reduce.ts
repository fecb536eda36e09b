import { maxStage, spread, sumStage } from '../../shaders/reduce.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import { sizeOf, type Tensor } from '../runtime/tensor.ts';

/** A tensor seen as [outer, length, inner], to be reduced along the middle. */
interface View {
  outer: number;
  length: number;
  inner: number;
  /** The remaining shape: without that dimension, or [1] if none remains. */
  shape: number[];
}

function view(kernel: string, x: Tensor, axis?: number): View {
  if (axis === undefined) return { outer: 1, length: x.size, inner: 1, shape: [1] };
  const at = !Number.isInteger(axis) ? NaN : axis < 0 ? axis + x.shape.length : axis;
  const length = x.shape[at];
  if (length === undefined) throw new ShapeError(`${kernel}: ${shown(x.shape)} has no axis ${shown(axis)}`);
  const rest = x.shape.filter((_, i) => i !== at);
  return {
    outer: sizeOf(x.shape.slice(0, at)),
    length,
    inner: sizeOf(x.shape.slice(at + 1)),
    shape: rest.length ? rest : [1],
  };
}

/**
 * The number of values that one invocation sums. Short strips keep the tree deep (exact) and the GPU full; longer ones
 * save dispatches.
 */
export const strip = 64;

/**
 * Sums x along an axis (negative ones count from the end), or over all values. dx = dy, repeated along the axis.
 * @throws ShapeError
 */
export const sum = (tape: Tape, x: Tensor, axis?: number): Tensor => scaledSum(tape, x, view('sum', x, axis), 1);

/** Averages x along an axis or over all values. dx = dy / n. @throws ShapeError */
export function mean(tape: Tape, x: Tensor, axis?: number): Tensor {
  const along = view('mean', x, axis);
  return scaledSum(tape, x, along, 1 / along.length);
}

function scaledSum(tape: Tape, x: Tensor, along: View, scale: number): Tensor {
  const y = tape.tensor(along.shape, 'f32', 'sum');
  recordSum(tape, x, along, scale, y);
  const { outer, length, inner } = along;
  const size = { constants: { outer, length, inner, scale }, threads: x.size };
  tape.backward(y, () => tape.run(spread(false), { dy: tape.grad(y), dx: tape.grad(x) }, size));
  return y;
}

/** Sums x along an axis into y, which may keep that dimension as 1. No gradient rule. */
export function sumInto(tape: Tape, x: Tensor, axis: number, y: Tensor): void {
  recordSum(tape, x, view('sum', x, axis), 1, y);
}

/** Sums x, seen as rows as long as y, into y. No gradient rule. */
export function sumRowsInto(tape: Tape, x: Tensor, y: Tensor): void {
  recordSum(tape, x, { outer: 1, length: x.size / y.size, inner: y.size }, 1, y);
}

/**
 * Records a stage of a sum: the whole rest, into y, if it is short; otherwise it returns partial sums to be summed
 * along their second dimension.
 */
export function recordStage(
  tape: Tape,
  x: Tensor,
  { outer, length, inner }: Omit<View, 'shape'>,
  scale = 1,
  y?: Tensor,
): Tensor {
  // A long row is summed in four lanes while enough strips remain.
  const lanes = inner === 1 && length % 4 === 0 && length > 4 * strip ? 4 : 1;
  const wide = (inner * lanes) % 4 === 0;
  const [steps, across] = [length / lanes, (inner * lanes) / (wide ? 4 : 1)];
  const parts = Math.ceil(steps / strip);
  const last = parts === 1 && y;
  const to = last || tape.tensor([outer, parts * lanes, inner], 'f32', 'partial sums');
  const constants = { outer, length: steps, inner: across, parts, scale: last ? scale : 1 };
  tape.run(sumStage(wide), { x, y: to }, { constants, threads: outer * parts * across });
  return to;
}

/** Sums x, seen as [outer, length, inner], along the middle into y, times a factor. No gradient rule. */
export function recordSum(
  tape: Tape,
  x: Tensor,
  { outer, length, inner }: Omit<View, 'shape'>,
  scale: number,
  y: Tensor,
): void {
  for (let from = x; from !== y; length = from.shape[1])
    from = recordStage(tape, from, { outer, length, inner }, scale, y);
}

/**
 * The largest value along an axis or over all values. The gradient goes to the first place with that value.
 * @throws ShapeError
 */
export function max(tape: Tape, x: Tensor, axis?: number): Tensor {
  const { value, at, along } = recordMax(tape, x, view('max', x, axis));
  const { outer, length, inner } = along;
  const size = { constants: { outer, length, inner, scale: 1 }, threads: x.size };
  tape.backward(value, () => tape.run(spread(true), { dy: tape.grad(value), dx: tape.grad(x), at }, size));
  return value;
}

/**
 * The index of the largest value along an axis, or in the flattened tensor; the first one of equals. u32, no gradient.
 * @throws ShapeError
 */
export const argmax = (tape: Tape, x: Tensor, axis?: number): Tensor => recordMax(tape, x, view('argmax', x, axis)).at;

function recordMax(tape: Tape, x: Tensor, along: View): { value: Tensor; at: Tensor; along: View } {
  const { outer, inner, shape } = along;
  let { length } = along;
  for (let from: { value: Tensor; at?: Tensor } = { value: x }; ;) {
    const parts = Math.ceil(length / strip);
    const sides = parts === 1 ? shape : [outer, parts, inner];
    const to = { value: tape.tensor(sides, 'f32', 'max'), at: tape.tensor(sides, 'u32', 'argmax') };
    const size = { constants: { outer, length, inner, parts }, threads: outer * parts * inner };
    tape.run(maxStage(!from.at), { x: from.value, y: to.value, at: to.at, places: from.at }, size);
    if (parts === 1) return { ...to, along };
    from = to;
    length = parts;
  }
}
