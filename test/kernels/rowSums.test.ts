import { describe, expect, it } from 'vitest';
import { loss, rowSums, type TermKind } from '../../src/kernels/loss.ts';
import { ShapeError } from '../../src/errors.ts';
import { rowSums as reference, terms } from '../reference/loss.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { pairs, kinds, isPair, onDevice, perRow, drawn } from '../support/row-sums.ts';
import { recording } from '../support/run.ts';

describe.each(kinds)('%s', (kind) => {
  it('ignores the contents of padding rows', async () => {
    for (const columns of [6, 8]) {
      const { y, x } = drawn(columns, 5 * columns);
      y.fill(-1e4, 3 * columns);
      x.fill(1e4, 3 * columns);
      const [sums, ...gradients] = await onDevice(5, 3, (tape, memory, state) => {
        const sides = { y: memory.put(y, [5, columns]), x: isPair(kind) ? memory.put(x, [5, columns]) : undefined };
        const sums = rowSums(tape, kind, sides, state, 1);
        tape.differentiate();
        return [sums, tape.grad(sides.y), ...(sides.x ? [tape.grad(sides.x)] : [])];
      });
      expect([...perRow(sums, 5).subarray(3)]).toEqual([0, 0]);
      for (const gradient of gradients) {
        expect(gradient.subarray(0, 3 * columns).every((v) => v !== 0)).toBe(true);
        expect(gradient.subarray(3 * columns).every((v) => v === 0)).toBe(true);
      }
    }
  });

  it('writes gradients to all operands if it is differentiated, and otherwise none', async () => {
    for (const wanted of [false, true]) {
      const { tape } = await recording();
      const state = tape.tensor([12], 'u32');
      const [y, x] = [tape.tensor([2, 3]), tape.tensor([2, 3])];
      rowSums(tape, kind, { y, x: isPair(kind) ? x : undefined }, state, 1);
      if (wanted) tape.differentiate();
      else tape.settle();
      const { tensors } = tape.dispatches.at(-1)!;
      expect([tensors.includes(tape.grad(y)), tensors.includes(tape.grad(x))]).toEqual([
        wanted,
        wanted && isPair(kind),
      ]);
    }
  });

  it('accepts rows with several sides', async () => {
    const { y, x } = drawn(3, 42);
    for (const [yShape, xShape] of [
      [
        [3, 2, 7],
        [3, 2, 7],
      ],
      [
        [7, 6],
        [7, 6],
      ],
      [[42], [42]],
    ]) {
      const rows = yShape[0];
      const real = Math.ceil(rows / 2);
      const [sums, dy] = await onDevice(rows, real, (tape, memory, state) => {
        const bound = memory.put(y, yShape);
        const sides = { y: bound, x: isPair(kind) ? memory.put(x, xShape) : undefined };
        const sums = rowSums(tape, kind, sides, state, 1);
        tape.differentiate();
        return [sums, tape.grad(bound)];
      });
      const wanted = reference(terms[kind], y, x, 42 / rows, real, 1);
      expectNear(perRow(sums, rows), wanted.rows, 4e-7);
      expectNear(dy, wanted.dy, 4e-7);
    }
  });
});

it('adds its gradients to existing ones', async () => {
  for (const columns of [3, 4]) {
    const { y, x } = drawn(5, 2 * columns);
    const [dy, dx] = await onDevice(2, 2, (tape, memory, state) => {
      const sides = { y: memory.put(y, [2, columns]), x: memory.put(x, [2, columns]) };
      // The first to write dx is the second to write dy.
      rowSums(tape, 'square', { y: sides.y }, state, 2);
      rowSums(tape, 'product', sides, state, 1);
      rowSums(tape, 'mse', sides, state, 0.5);
      loss(tape, 'bce', sides.y, sides.x, state, 1);
      rowSums(tape, 'absolute', { y: sides.x }, state, 3);
      tape.differentiate();
      return [tape.grad(sides.y), tape.grad(sides.x)];
    });
    const of = (kind: TermKind, factor: number) => reference(terms[kind], y, x, columns, 2, factor);
    const [square, product, mse, bce] = [of('square', 2), of('product', 1), of('mse', 0.5), of('bce', 1)];
    const absolute = reference(terms.absolute, x, y, columns, 2, 3);
    const wanted = {
      dy: square.dy.map((v, i) => v + product.dy[i] + mse.dy[i] + bce.dy[i]),
      dx: product.dx.map((v, i) => v + mse.dx[i] + absolute.dy[i]),
    };
    expectNear(dy, wanted.dy, 4e-7, 'dy');
    expectNear(dx, wanted.dx, 4e-7, 'dx');
  }
});

it('|y| has slope 0 at 0', async () => {
  const [sums, dy] = await onDevice(1, 1, (tape, memory, state) => {
    const y = memory.put([0, -0, 2, -3], [1, 4]);
    const sums = rowSums(tape, 'absolute', { y }, state, 1);
    tape.differentiate();
    return [sums, tape.grad(y)];
  });
  expect(perRow(sums, 1)[0]).toBe(5);
  expectClose(dy, [0, 0, 1, -1], 0);
});

it.each(pairs)('refuses sides of different shapes: %s', async (kind) => {
  const { tape } = await recording();
  const state = tape.tensor([12], 'u32');
  for (const shape of [[3, 2], [6], [2, 3, 1], [2, 4]]) {
    const sides = { y: tape.tensor([2, 3]), x: tape.tensor(shape) };
    const words = `${kind}: [2, 3] and [${shape.join(', ')}] differ`;
    await expectRefused(ShapeError, words, () => rowSums(tape, kind, sides, state, 1));
  }
  expect(tape.dispatches).toEqual([]);
});
