/** What the tests of losses have in common. */
import { expect } from 'vitest';
import { activate, type ActivationName } from '../../src/kernels/activation.ts';
import { loss, type LossKind } from '../../src/kernels/loss.ts';
import { blankCell } from '../../src/runtime/blank.ts';
import { activations } from '../reference/activation.ts';
import { loss as reference } from '../reference/loss.ts';
import { expectClose } from './close.ts';
import { Draw } from './random.ts';
import { perRow } from './row-sums.ts';
import { run, recording } from './run.ts';

export const kinds = ['mse', 'bce', 'mae', 'huber'] as const;

export interface Case {
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
export async function onDevice({
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

export const draws = (rows: number, columns: number, seed: number) => {
  const draw = new Draw(seed);
  return { y: draw.floats(rows * columns, -4, 4), x: draw.floats(rows * columns, 0, 1) };
};

type Kind = (typeof kinds)[number];

/** The losses of few rows and of many, all real or not, and their gradients are those of float64. */
export async function expectLosses(kind: Kind, columns: number): Promise<void> {
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
}

/** The gradient includes the slope of the activation before the loss. */
export async function expectSlope(kind: Kind, activation: ActivationName): Promise<void> {
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
}

/** Blank targets are ignored, or the others of their row weigh more. */
export async function expectBlanks(kind: Kind, columns: number): Promise<void> {
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
}
