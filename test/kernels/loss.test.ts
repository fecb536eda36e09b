import { describe, expect, it } from 'vitest';
import { activate, activationNames, type ActivationName } from '../../src/kernels/activation.ts';
import { elementLosses, loss, type LossKind } from '../../src/kernels/loss.ts';
import { ShapeError } from '../../src/errors.ts';
import { blankCell, blanksAsNaN } from '../../src/runtime/blank.ts';
import { activations } from '../reference/activation.ts';
import { loss as reference, losses } from '../reference/loss.ts';
import { expectClose } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { perRow } from '../support/row-sums.ts';
import { run, runOne, recording } from '../support/run.ts';

const kinds = ['mse', 'bce', 'mae', 'huber'] as const;

interface Case {
  kind: LossKind;
  y: Float32Array;
  x: Float32Array;
  columns: number;
  /** Rows that the state calls real; the others are past the end of the epoch. */
  real?: number;
  factor?: number;
  /** The loss takes y = f(the values). */
  activation?: ActivationName;
  /** Targets of NaN are blank. */
  blanks?: 'sum' | 'share';
}

/** Each row's loss, added up over its strips, and the gradient with respect to the values given. */
async function onDevice({
  kind,
  y,
  x,
  columns,
  real = y.length / columns,
  factor = 1,
  activation = 'linear',
  blanks,
}: Case) {
  const rows = y.length / columns;
  // Real rows end where the epoch does.
  const { memory, tape, state } = await recording({ batch: rows, examples: 100, position: 100 - real });
  const values = memory.put(y, [rows, columns]);
  const target = memory.put(x.map((value) => (Number.isNaN(value) ? blankCell : value)), [rows, columns]); // prettier-ignore
  const sums = loss(tape, kind, activate(tape, values, activation), target, state, factor, { blanks });
  tape.differentiate();
  const labels = tape.dispatches.map(({ shader }) => shader.label);
  const [strips, dy] = await run(tape, [sums, tape.grad(values)]);
  return { rows: perRow(strips, rows), dy, labels };
}

/** All for one kind: the others differ in their formula alone. */
const widthsOf = (kind: LossKind) => (kind === 'mse' ? [1, 3, 4, 5, 8, 15, 16, 17, 63, 64, 65, 68, 784] : [5, 68]);

/** After each kind stands one activation, and each activation after one kind. */
const slopesOf = (kind: LossKind) => (kind === 'bce' ? activationNames : (['tanh'] as const));

describe.each(kinds)('%s', (kind) => {
  const draws = (rows: number, columns: number, seed: number) => {
    const draw = new Draw(seed);
    return { y: draw.floats(rows * columns, -4, 4), x: draw.floats(rows * columns, 0, 1) };
  };

  it.each(widthsOf(kind))('fits float64 for rows of %i', async (columns) => {
    for (const [rows, real] of [
      [1, 1],
      [5, 5],
      [9, 4],
      [70, 69],
    ] as const) {
      const { y, x } = draws(rows, columns, columns + rows);
      const factor = 1 / columns;
      const actual = await onDevice({ kind, y, x, columns, real, factor });
      const wanted = reference(kind, y, x, columns, real, factor);
      expectClose(actual.rows, wanted.rows, (i) => 1e-6 * wanted.rows[i], `${rows} rows, ${real} real`);
      const allowed = (i: number) => 4e-7 * factor * (Math.abs(wanted.dy[i]) / factor + 1 / real);
      expectClose(actual.dy, wanted.dy, allowed, `${rows} rows, ${real} real, gradient`);
    }
  });

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

  it.each(slopesOf(kind))('includes the slope of %s in its gradient', async (activation) => {
    for (const columns of [5, 8]) {
      const rows = 4;
      const x = new Draw(1).floats(rows * columns, 0, 1);
      const z = new Draw(2).offZero(rows * columns, 0.1, 3);
      const { dy, labels } = await onDevice({ kind, y: z, x, columns, real: 3, factor: 0.5, activation });
      const wanted = reference(kind, z.map(activations[activation].f), x, columns, 3, 0.5).dy.map(
        (v, i) => v * activations[activation].slope(z[i]),
      );
      expectClose(dy, wanted, 2e-6);
      expect(labels).not.toContain(`${activation} backward`);
    }
  });

  it('ignores blank targets, or weights the others of their row more', async () => {
    for (const columns of [5, 8, 68])
      for (const [blanks, activation] of [
        ['sum', 'linear'],
        ['share', 'tanh'],
      ] as const) {
        const [rows, real, factor] = [9, 7, 1 / columns];
        const { y, x } = draws(rows, columns, columns);
        const chance = new Draw(7).floats(rows * columns);
        // The second row is blank from end to end, the third not at all.
        x.forEach((_, i) => {
          const row = Math.floor(i / columns);
          if (row === 1 || (row !== 2 && chance[i] < 0.3)) x[i] = NaN;
        });
        const actual = await onDevice({ kind, y, x, columns, real, factor, blanks, activation });
        const { f, slope } = activations[activation];
        const wanted = reference(kind, y.map(f), x, columns, real, factor, blanks === 'share');
        expectClose(actual.rows, wanted.rows, (i) => 1e-6 * wanted.rows[i] + 1e-7, `${columns} columns, ${blanks}`);
        const dy = wanted.dy.map((value, i) => value * slope(y[i]));
        expectClose(actual.dy, dy, (i) => 2e-6 * (Math.abs(dy[i]) + factor), `${columns} columns, ${blanks}, gradient`);
        x.forEach((value, i) => Number.isNaN(value) && expect(actual.dy[i]).toBe(0));
      }
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

  it('adds its gradient to that of another loss', async () => {
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
