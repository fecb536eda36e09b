import { describe, expect, it } from 'vitest';
import { elementLosses, loss, type LossKind } from '../../src/kernels/loss.ts';
import { ShapeError } from '../../src/errors.ts';
import { blankCell, blanksAsNaN } from '../../src/runtime/blank.ts';
import { loss as reference, losses } from '../reference/loss.ts';
import { expectClose } from '../support/close.ts';
import { draws, expectBlanks, expectLosses, expectSlope, kinds, onDevice } from '../support/losses.ts';
import { run, runOne, recording } from '../support/run.ts';

/** Most for one kind: the others differ in their formula alone. */
const widthsOf = (kind: LossKind) => (kind === 'mse' ? [1, 4, 5, 65, 784] : [5, 68]);

describe.each(kinds)('%s', (kind) => {
  it.each(widthsOf(kind))('fits float64 for rows of %i', (columns) => expectLosses(kind, columns));

  it('ignores the contents of padding rows', async () => {
    for (const columns of [6, 8]) {
      const { y, x } = draws(5, columns, columns);
      y.fill(1e4, 3 * columns);
      const actual = await onDevice({ kind, y, x, columns, real: 3 });
      expect([...actual.rows.subarray(3)]).toEqual([0, 0]);
      expect([...actual.dy.subarray(3 * columns)].every((v) => v === 0)).toBe(true);
    }
  });

  it('survives extreme values', async () => {
    const y = Float32Array.of(1e4, 1e4, 1e4, -1e4, -1e4, -1e4, 100, -100, 88, -88, 10, -10, 15, -15, 0, -0);
    const x = Float32Array.of(0, 1, 0.5, 0, 1, 0.5, 1, 0, 1, 0, 1, 0, 1, 0, 0.5, 1);
    for (const columns of [1, 4]) {
      const actual = await onDevice({ kind, y, x, columns });
      const wanted = reference(kind, y, x, columns, y.length / columns, 1);
      expectClose(actual.rows, wanted.rows, (i) => 1e-6 * wanted.rows[i] + 1e-37);
      expectClose(actual.dy, wanted.dy, (i) => 1e-6 * Math.abs(wanted.dy[i]) + 1e-7 / actual.rows.length, 'gradient');
    }
  });

  // After each kind stands one activation; gelu's slope does not follow from its value. loss.long.test.ts has the others.
  it.each(kind === 'bce' ? (['tanh', 'gelu'] as const) : (['tanh'] as const))(
    'includes the slope of %s in its gradient',
    (activation) => expectSlope(kind, activation),
  );

  it('ignores blank targets, or weights the others of their row more', async () => {
    for (const columns of [5, 8]) await expectBlanks(kind, columns);
  });

  it('gives the loss of every element, including blank ones', async () => {
    for (const columns of [3, 4]) {
      const { memory, tape, state } = await recording({ batch: 3, examples: 3 });
      const { y, x } = draws(3, columns, 3);
      x[1] = x[5] = blankCell;
      const [of, target] = [memory.put(y, [3, columns]), memory.put(x, [3, columns])];
      const elements = (await runOne(tape, elementLosses(tape, kind, of, target, state, 2, true))) as Float32Array;
      const wanted = Float64Array.from(y, (v, i) => (i === 1 || i === 5 ? NaN : 2 * losses[kind](v, x[i]).loss));
      expectClose(blanksAsNaN(elements).map((v) => v || 0), wanted.map((v) => v || 0), 4e-6); // prettier-ignore
      expect(Array.from(elements, Number.isNaN)).toEqual(Array.from(wanted, Number.isNaN));
    }
  });

  it('gives the loss of every element', async () => {
    for (const columns of [3, 12]) {
      const rows = 7;
      const { memory, tape, state } = await recording({ batch: rows, examples: rows });
      const { y, x } = draws(rows, columns, 3);
      const [of, target] = [memory.put(y, [rows, columns]), memory.put(x, [rows, columns])];
      const elements = await runOne(tape, elementLosses(tape, kind, of, target, state));
      const wanted = Float64Array.from(y, (v, i) => losses[kind](v, x[i]).loss);
      expectClose(elements, wanted, (i) => 4e-7 * (wanted[i] + 1));
    }
  });

  it('writes only the sums unless a gradient is needed', async () => {
    const { memory, tape, state } = await recording({ batch: 3, examples: 3 });
    const { y, x } = draws(3, 4, 4);
    const sums = await runOne(tape, loss(tape, kind, memory.put(y, [3, 4]), memory.put(x, [3, 4]), state, 0.25));
    expectClose(sums, reference(kind, y, x, 4, 3, 0.25).rows, 2e-6);
  });

  it('has its coefficient in the gradient, but not in the sums', async () => {
    const { memory, tape, state } = await recording({ batch: 3, examples: 3 });
    const { y, x } = draws(3, 5, 6);
    const values = memory.put(y, [3, 5]);
    const sums = loss(tape, kind, values, memory.put(x, [3, 5]), state, 0.5);
    const other = loss(tape, kind, values, memory.put(x, [3, 5]), state, 7);
    tape.differentiate([{ sums, coefficient: 3 }]);
    const [strips, others, dy] = await run(tape, [sums, other, tape.grad(values)]);
    const wanted = reference(kind, y, x, 5, 3, 1);
    const total = (of: ArrayLike<number>) => Array.from(of).reduce((a, b) => a + b, 0);
    expectClose([total(strips), total(others)], [0.5 * total(wanted.rows), 7 * total(wanted.rows)], 1e-4);
    const scaled = wanted.dy.map((v) => 1.5 * v);
    expectClose(dy, scaled, 4e-6);
  });

  it('refuses a coefficient for each step', async () => {
    const { tape } = await recording();
    const sums = loss(tape, kind, tape.tensor([2, 3]), tape.tensor([2, 3]), tape.tensor([12], 'u32'), 1);
    expect(() => tape.differentiate([{ sums, coefficient: tape.tensor([4]) }])).toThrow(
      `${kind}: its coefficient must be a number`,
    );
  });

  it('refuses a target of another shape', async () => {
    const { tape } = await recording();
    const state = tape.tensor([10], 'u32');
    expect(() => loss(tape, kind, tape.tensor([2, 3]), tape.tensor([3, 2]), state, 1)).toThrow(ShapeError);
    expect(() => elementLosses(tape, kind, tape.tensor([2, 3]), tape.tensor([3, 2]), state)).toThrow(
      `${kind}: [2, 3] and [3, 2] differ`,
    );
  });
});

it('losses add their gradients', async () => {
  for (const columns of [3, 4]) {
    const { memory, tape, state } = await recording({ batch: 2, examples: 2 });
    const { y, x } = draws(2, columns, 5);
    const [values, target] = [memory.put(y, [2, columns]), memory.put(x, [2, columns])];
    for (const each of kinds) loss(tape, each, values, target, state, 1);
    tape.differentiate();
    const dy = await runOne(tape, tape.grad(values));
    const wanted = kinds.map((each) => reference(each, y, x, columns, 2, 1).dy);
    const sums = wanted[0].map((_, i) => wanted.reduce((sum, each) => sum + each[i], 0));
    expectClose(dy, sums, 4e-6);
  }
});
