import { describe, expect, it } from 'vitest';
import { type ActivationName } from '../../src/kernels/activation.ts';
import { jacobian } from '../reference/contraction.ts';
import { dense as referenceDense } from '../reference/dense.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { differences } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { drawn, onDevice, layersOf, wantedOf, check } from '../support/contractions.ts';

/** Both ways to the last product: w wᵀ is less work where 1/lines + 1/inputs < 1/units, with a line for each row and unit of the code. */
const stacks: { sizes: number[]; activations: ActivationName[]; by: string }[] = [
  { sizes: [9, 4, 3], activations: ['sigmoid', 'tanh'], by: 'product' },
  { sizes: [12, 4, 4], activations: ['gelu', 'softplus'], by: 'product' },
  { sizes: [11, 3, 5, 2], activations: ['silu', 'elu', 'sigmoid'], by: 'product' },
  { sizes: [8, 4, 6, 3], activations: ['linear', 'gelu', 'tanh'], by: 'product' },
  { sizes: [5, 7, 3], activations: ['tanh', 'linear'], by: 'square' },
  { sizes: [4, 8, 4], activations: ['elu', 'gelu'], by: 'square' },
  { sizes: [6, 8, 5, 3], activations: ['softplus', 'gelu', 'silu'], by: 'square' },
  { sizes: [3, 7, 4, 5], activations: ['tanh', 'sigmoid', 'softplus'], by: 'square' },
];

describe('several layers', () => {
  it.each(stacks)('$sizes of $activations, by a $by', async ({ sizes, activations, by }) => {
    const { labels } = await check(drawn(new Draw(sizes[0]), sizes, activations, { rows: 6, real: 5 }), 4e-6, by);
    expect(labels.filter((label) => label.endsWith('with gradient'))).toEqual([`${by} with gradient`]);
  });

  it('of relu and leaky relu, away from their kinks', async () => {
    await check(drawn(new Draw(3), [5, 7, 4], ['leakyRelu', 'relu']), 4e-6, 'kinked');
  });
});

describe('with u, the estimate ‖uᵀJ‖²', () => {
  // Here there is one line for each row.
  const stacksByRows = [
    { sizes: [7, 5], activations: ['sigmoid'] as const, rows: 3, by: 'square' },
    { sizes: [9, 2], activations: ['gelu'] as const, rows: 4, by: 'product' },
    { sizes: [9, 2, 6], activations: ['tanh', 'silu'] as const, rows: 7, by: 'product' },
    { sizes: [8, 4, 4], activations: ['softplus', 'sigmoid'] as const, rows: 12, by: 'product' },
    { sizes: [5, 7, 3], activations: ['elu', 'tanh'] as const, rows: 5, by: 'square' },
    { sizes: [6, 8, 5, 3], activations: ['sigmoid', 'linear', 'gelu'] as const, rows: 5, by: 'square' },
  ];

  it.each(stacksByRows)('$sizes of $activations, by a $by', async ({ sizes, activations, rows, by }) => {
    const { labels } = await check(
      drawn(new Draw(rows), sizes, activations, { rows, real: rows - 1, estimate: true }),
      4e-6,
      by,
    );
    expect(labels.filter((label) => label.endsWith('with gradient'))).toEqual([`${by} with gradient`]);
  });

  it.each([
    { sizes: [5, 3], activations: ['tanh'] as const },
    { sizes: [6, 4, 3], activations: ['gelu', 'sigmoid'] as const },
  ])('is ‖J‖² on average over all vectors of signs, and so is its gradient: $sizes', async ({ sizes, activations }) => {
    const code = sizes.at(-1)!;
    const rows = 2 ** code;
    const one = drawn(new Draw(8), sizes, activations, { rows: 1 });
    const repeated = Float32Array.from({ length: rows * sizes[0] }, (_, i) => one.values[0][i % sizes[0]]);
    const u = Float32Array.from({ length: rows * code }, (_, i) => ((Math.floor(i / code) >> (i % code)) & 1 ? 1 : -1));
    const actual = await onDevice({ ...one, values: one.values.with(0, repeated), rows, real: rows, u });
    const wanted = wantedOf(one);
    expect(new Set(actual.perRow).size).toBeGreaterThan(1);
    expectNear([actual.perRow.reduce((sum, value) => sum + value / rows, 0)], wanted.perRow, 1e-6, 'mean');
    // Of x there are many copies, each with its share.
    const [dx, ...rest] = actual.gradients;
    const together = Float64Array.from({ length: sizes[0] }, (_, i) =>
      Array.from({ length: rows }, (_, r) => dx[r * sizes[0] + i]).reduce((a, b) => a + b, 0),
    );
    [together, ...rest].forEach((gradient, n) => expectNear(gradient, wanted.gradients[n], 4e-6, `gradient ${n}`));
  });
});

describe.each([false, true])('with an estimate: %s', (estimate) => {
  it('ignores the contents of padding rows', async () => {
    for (const [sizes, activations] of [
      [[7, 5], ['softplus']],
      [
        [9, 3, 4],
        ['silu', 'tanh'],
      ],
      [
        [5, 7, 3],
        ['tanh', 'silu'],
      ],
    ] as [number[], ActivationName[]][]) {
      const clean = drawn(new Draw(5), sizes, activations, { rows: 6, real: 4, estimate });
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
      [1, 1, 1, 1],
      [1, 3, 1],
      [3, 1, 2],
      [2, 3, 1, 2],
    ]) {
      const activations = (['sigmoid', 'tanh', 'gelu'] as const).slice(0, sizes.length - 1);
      await check(drawn(new Draw(6), sizes, activations, { rows: 1, estimate }), 4e-6, `${sizes}`);
    }
  });

  it('gives the same values without a gradient', async () => {
    for (const sizes of [
      [7, 5],
      [9, 3, 4],
      [5, 7, 3],
    ]) {
      const each = drawn(new Draw(7), sizes, (['elu', 'tanh'] as const).slice(0, sizes.length - 1), { estimate });
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
