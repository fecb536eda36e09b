import { describe, expect, it } from 'vitest';
import { activate, activationNames, type ActivationName } from '../../src/kernels/activation.ts';
import { rowSums, type TermKind } from '../../src/kernels/loss.ts';
import { activations } from '../reference/activation.ts';
import { rowSums as reference, terms } from '../reference/loss.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { kinds, isPair, onDevice, perRow, drawn } from '../support/row-sums.ts';

describe.each(kinds)('%s', (kind) => {
  it.each([1, 3, 4, 5, 63, 64, 65, 784])('fits float64 for rows of %i', async (columns) => {
    const factor = 1 / columns;
    for (const [rows, real] of [
      [1, 1],
      [9, 4],
      [70, 69],
    ] as const) {
      const { y, x } = drawn(columns + rows, rows * columns);
      const [none, both, dy, dx] = await onDevice(rows, real, (tape, memory, state) => {
        const sides = () => ({
          y: memory.put(y, [rows, columns]),
          x: isPair(kind) ? memory.put(x, [rows, columns]) : undefined,
        });
        const [first, second] = [sides(), sides()];
        const [none, sums] = [first, second].map((each) => rowSums(tape, kind, each, state, factor));
        tape.differentiate([{ sums }]);
        return [none, sums, tape.grad(second.y), ...(second.x ? [tape.grad(second.x)] : [])];
      });
      const wanted = reference(terms[kind], y, x, columns, real, factor);
      const what = `${rows} rows, ${real} real`;
      for (const sums of [none, both])
        expectClose(perRow(sums, rows), wanted.rows, 4e-7 * Math.max(...wanted.magnitude), what);
      expectNear(dy, wanted.dy, 4e-7, `${what}, dy`);
      if (isPair(kind)) expectNear(dx, wanted.dx, 4e-7, `${what}, dx`);
    }
  });
});

describe('through an activation', () => {
  /** y = f(z), and x = g(u) where there are two. */
  const check = async (kind: TermKind, f: ActivationName, g: ActivationName) => {
    const [rows, real] = [4, 3];
    for (const columns of [5, 8]) {
      const [z, u] = [new Draw(1).offZero(rows * columns, 0.1, 3), new Draw(2).offZero(rows * columns, 0.1, 3)];
      const [sums, dz, du] = await onDevice(rows, real, (tape, memory, state) => {
        const [below, beside] = [memory.put(z, [rows, columns]), memory.put(u, [rows, columns])];
        const sides = { y: activate(tape, below, f), x: isPair(kind) ? activate(tape, beside, g) : undefined };
        const sums = rowSums(tape, kind, sides, state, 0.5);
        tape.differentiate();
        // The slope of y's activation is in the same dispatch; x's gradient goes through its own rule.
        const labels = tape.dispatches.map(({ shader }) => shader.label).filter((label) => label.endsWith('backward'));
        expect(labels).toEqual(isPair(kind) && g !== 'linear' ? [`${g} backward`] : []);
        return [sums, tape.grad(below), ...(sides.x ? [tape.grad(beside)] : [])];
      });
      const term = (y: number, x: number) => terms[kind](activations[f].f(y), activations[g].f(x));
      const wanted = reference(term, z, u, columns, real, 0.5);
      expectNear(perRow(sums, rows), wanted.rows, 1e-6, 'sums');
      expectNear(dz, wanted.dy, 1e-6, 'dz');
      if (isPair(kind)) expectNear(du, wanted.dx, 1e-6, 'du');
    }
  };

  it.each(activationNames)('%s, included in the gradient', async (activation) => {
    for (const kind of kinds) await check(kind, activation, 'linear');
  });

  it.each(activationNames)('%s of the second side', async (activation) => {
    for (const kind of ['product', 'mse'] as const) await check(kind, 'tanh', activation);
  });
});
