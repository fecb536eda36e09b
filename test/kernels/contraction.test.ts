import { describe, expect, it } from 'vitest';
import { type ActivationName } from '../../src/kernels/activation.ts';
import { jacobian } from '../reference/contraction.ts';
import { dense as referenceDense } from '../reference/dense.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { differences } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { check, checkAverage, checkBy, drawn, layersOf, onDevice } from '../support/contractions.ts';

interface Stack {
  sizes: number[];
  activations: ActivationName[];
  by: string;
}

// Each shape and each activation is a pipeline of its own, so that there are few here, and rows are always six: contraction.long.test.ts has more.
const one: Stack = { sizes: [7, 5], activations: ['tanh'], by: 'square' };
const asProduct: Stack = { sizes: [9, 3, 4], activations: ['gelu', 'tanh'], by: 'product' };
const asSquare: Stack = { sizes: [5, 7, 3], activations: ['tanh', 'gelu'], by: 'square' };
const rows = 6;

/** Both ways to the last product: w wᵀ is less work where 1/lines + 1/inputs < 1/units, with a line for each row and unit of the code. */
describe('several layers', () => {
  it.each<Stack>([asProduct, asSquare, { sizes: [6, 8, 5, 3], activations: ['gelu', 'tanh', 'gelu'], by: 'square' }])(
    '$sizes of $activations, by a $by',
    ({ sizes, activations, by }) => checkBy(drawn(new Draw(sizes[0]), sizes, activations, { rows, real: 5 }), by),
  );
});

describe('with u, the estimate ‖uᵀJ‖²', () => {
  // Here there is one line for each row.
  it.each([one, asProduct, asSquare])('$sizes of $activations, by a $by', ({ sizes, activations, by }) =>
    checkBy(drawn(new Draw(rows), sizes, activations, { rows, real: 5, estimate: true }), by),
  );

  it('is ‖J‖² on average over all vectors of signs, and so is its gradient', () =>
    checkAverage([6, 4, 3], ['gelu', 'tanh']));
});

describe.each([false, true])('with an estimate: %s', (estimate) => {
  it('ignores the contents of padding rows', async () => {
    for (const { sizes, activations } of [one, asProduct, asSquare]) {
      const clean = drawn(new Draw(5), sizes, activations, { rows, real: 4, estimate });
      const [x, ...parameters] = clean.values;
      const wild = { ...clean, values: [x.slice().fill(1e4, 4 * sizes[0]), ...parameters] };
      const [actual, wanted] = [await onDevice(wild), await onDevice(clean)];
      expect([...actual.perRow]).toEqual([...wanted.perRow.subarray(0, 4), 0, 0]);
      expect([...actual.gradients[0].subarray(4 * sizes[0])].every((v) => v === 0)).toBe(true);
      expect(actual.gradients.slice(1)).toEqual(wanted.gradients.slice(1));
    }
  });

  it('accepts sides of length 1', async () => {
    for (const sizes of [
      [1, 1],
      [1, 1, 1],
    ]) {
      const activations = (['gelu', 'tanh'] as const).slice(0, sizes.length - 1);
      await check(drawn(new Draw(6), sizes, activations, { rows: 1, estimate }), 4e-6, `${sizes}`);
    }
  });

  it('gives the same values without a gradient', async () => {
    for (const { sizes, activations } of [one, asProduct, asSquare]) {
      const each = drawn(new Draw(7), sizes, activations, { rows, estimate });
      const { perRow, labels } = await onDevice(each, false);
      expectNear(perRow, (await onDevice(each)).perRow, 4e-7);
      expect(labels.filter((label) => /gradient|backward|spread/.test(label))).toEqual([]);
    }
  });
});

it('the Jacobian of the reference agrees with finite differences', () => {
  const sizes = [5, 6, 4, 3];
  const { values, activations } = drawn(new Draw(9), sizes, ['gelu', 'softplus', 'tanh'], { rows: 1 });
  const layers = layersOf(values, activations);
  const code = (x: Float64Array) =>
    layers.reduce((h, { w, bias, activation }, l) => referenceDense(h, w, bias, sizes[l], activation), x);
  const lines = jacobian(layers, values[0]);
  expect(lines.length).toBe(3);
  lines.forEach((line, j) => {
    const wanted = differences((x) => code(x)[j], Float64Array.from(values[0]));
    expectClose(line, wanted, 1e-9, `line ${j}`);
  });
});
