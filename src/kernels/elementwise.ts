import { broadcast, elementwise, type Expression } from '../../shaders/elementwise.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import { sizeOf, type Tensor } from '../runtime/tensor.ts';
import { sumInto } from './reduce.ts';
import { checkSameShape, quadsOf, sameShape } from './shapes.ts';

/**
 * Adds a + b with NumPy's broadcasting, up to four sides. da = dy, db = dy, summed over the repeated sides.
 * @throws ShapeError
 */
export const add = operation('add', (tape, dy, _a, _b, toA, toB) => {
  toA('copy', dy, dy);
  toB('copy', dy, dy);
});

/** Subtracts a − b with broadcasting. da = dy, db = −dy. @throws ShapeError */
export const subtract = operation('subtract', (tape, dy, _a, _b, toA, toB) => {
  toA('copy', dy, dy);
  toB('negate', dy, dy);
});

/** Multiplies a b elementwise with broadcasting. da = dy b, db = dy a. @throws ShapeError */
export const multiply = operation('multiply', (tape, dy, a, b, toA, toB) => {
  toA('multiply', dy, b);
  toB('multiply', dy, a);
});

/** Divides a / b elementwise with broadcasting. da = dy / b, db = −dy a / b². @throws ShapeError */
export const divide = operation('divide', (tape, dy, a, b, toA, toB) => {
  toA('divide', dy, b);
  const slope = tape.tensor(dy.shape, 'f32', 'slope');
  apply(tape, 'quotientSlope', a, b, slope);
  toB('multiply', dy, slope);
});

/** The same values in another shape. dx = dy. @throws ShapeError for another number of values */
export function reshape(tape: Tape, x: Tensor, shape: readonly number[]): Tensor {
  const y = tape.tensor(shape, 'f32', 'reshaped');
  if (y.size !== x.size)
    throw new ShapeError(`reshape: ${shown(x.shape)} does not hold as many values as ${shown(shape)}`);
  copy(tape, x, y);
  tape.backward(y, () => copy(tape, tape.grad(y), tape.grad(x)));
  return y;
}

/** The same values without a gradient. */
export function stopGradient(tape: Tape, x: Tensor): Tensor {
  return tape.constant(() => reshape(tape, x, x.shape));
}

/**
 * The straight-through estimator (Bengio et al. 2013): the values of `value`, with the gradient passed to x as if they
 * were x. It is for a `value` made from x by a step whose own gradient is 0 nearly everywhere, such as rounding. dx =
 * dy; nothing flows to `value`.
 * @throws ShapeError
 */
export function straightThrough(tape: Tape, x: Tensor, value: Tensor): Tensor {
  checkSameShape('straightThrough', x, value);
  const y = tape.tensor(x.shape, 'f32', 'straight through');
  copy(tape, value, y);
  tape.backward(y, () => copy(tape, tape.grad(y), tape.grad(x)));
  return y;
}

/** Copies values, or adds them to a gradient that has been written. No gradient rule. */
export function copy(tape: Tape, from: Tensor, to: Tensor): void {
  const size = { constants: { size: from.size }, threads: quadsOf(from) };
  tape.run(elementwise('copy'), { a: from, b: from, y: to }, size);
}

type Send = (name: Expression, a: Tensor, b: Tensor) => void;
type Rule = (tape: Tape, dy: Tensor, a: Tensor, b: Tensor, toA: Send, toB: Send) => void;

/* @__NO_SIDE_EFFECTS__ */
function operation(name: Expression, rule: Rule) {
  return (tape: Tape, a: Tensor, b: Tensor): Tensor => {
    const y = tape.tensor(broadcastShape(name, a.shape, b.shape), 'f32', name);
    apply(tape, name, a, b, y);
    const send =
      (x: Tensor): Send =>
      (by, p, q) =>
        applyReduced(tape, by, p, q, y.shape, x);
    tape.backward(y, () => rule(tape, tape.grad(y), a, b, send(a), send(b)));
    return y;
  };
}

function broadcastShape(name: string, a: readonly number[], b: readonly number[]): number[] {
  const sides = Math.max(a.length, b.length);
  if (sides > 4) throw new ShapeError(`${name}: takes up to four dimensions, not ${shown(a)} and ${shown(b)}`);
  return Array.from({ length: sides }, (_, i) => {
    const [p, q] = [a[i - sides + a.length] ?? 1, b[i - sides + b.length] ?? 1];
    if (p !== q && p !== 1 && q !== 1) throw new ShapeError(`${name}: ${shown(a)} and ${shown(b)} cannot be broadcast`);
    return Math.max(p, q);
  });
}

/**
 * Sends p ∘ q, of the result's shape, to the gradient of an operand, summed over the dimensions along which that
 * operand was repeated.
 */
function applyReduced(tape: Tape, name: Expression, p: Tensor, q: Tensor, shape: readonly number[], x: Tensor): void {
  const target = tape.grad(x);
  const operand = [...Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
  const repeated = shape.flatMap((n, i) => (n > 1 && operand[i] === 1 ? [i] : []));
  if (!repeated.length) return apply(tape, name, p, q, target, shape);
  let full = tape.tensor(shape, 'f32', 'broadcast gradient');
  apply(tape, name, p, q, full);
  repeated.forEach((axis, i) => {
    const sides = full.shape.map((n, side) => (side === axis ? 1 : n));
    const to = i === repeated.length - 1 ? target : tape.tensor(sides, 'f32', 'broadcast gradient');
    sumInto(tape, full, axis, to);
    full = to;
  });
}

/** Records y = a ∘ b, without a gradient rule. */
function apply(tape: Tape, name: Expression, a: Tensor, b: Tensor, y: Tensor, shape = y.shape): void {
  if (sameShape(a.shape, shape) && sameShape(b.shape, shape)) {
    tape.run(elementwise(name), { a, b, y }, { constants: { size: y.size }, threads: quadsOf(y) });
    return;
  }
  const [, side1, side2, side3] = padded(shape);
  const [a0, a1, a2, a3] = strides(a.shape);
  const [b0, b1, b2, b3] = strides(b.shape);
  const constants = { size: y.size, side1, side2, side3, a0, a1, a2, a3, b0, b1, b2, b3 };
  tape.run(broadcast(name), { a, b, y }, { constants, threads: y.size });
}

type Four = [number, number, number, number];

const padded = (shape: readonly number[]): Four => [...Array<number>(4 - shape.length).fill(1), ...shape] as Four;

/** Row-major strides of four sides, 0 along those of length 1: they are repeated. */
function strides(shape: readonly number[]): Four {
  const sides = padded(shape);
  return sides.map((n, i) => (n === 1 ? 0 : sizeOf(sides.slice(i + 1)))) as Four;
}
