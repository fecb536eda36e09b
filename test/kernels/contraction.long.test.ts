import { describe, expect, it } from 'vitest';
import { activationNames, type ActivationName } from '../../src/kernels/activation.ts';
import { Draw } from '../support/random.ts';
import { check, checkAverage, checkBy, drawn } from '../support/contractions.ts';

const smooth = activationNames.filter((name) => name !== 'relu' && name !== 'leakyRelu');

describe('one layer, in closed form', () => {
  it.each(activationNames)('of %s', async (activation) => {
    for (const [inputs, units] of [
      [7, 5],
      [8, 4],
    ]) {
      const { labels } = await check(
        drawn(new Draw(inputs), [inputs, units], [activation], { rows: 5, real: 3 }),
        2e-6,
        `${inputs}-${units}`,
      );
      expect(labels).toContain('value with gradient');
    }
  });
});

describe('several layers', () => {
  it.each<{ sizes: number[]; activations: ActivationName[]; by: string }>([
    { sizes: [9, 4, 3], activations: ['sigmoid', 'tanh'], by: 'product' },
    { sizes: [12, 4, 4], activations: ['gelu', 'softplus'], by: 'product' },
    { sizes: [11, 3, 5, 2], activations: ['silu', 'elu', 'sigmoid'], by: 'product' },
    { sizes: [8, 4, 6, 3], activations: ['linear', 'gelu', 'tanh'], by: 'product' },
    { sizes: [5, 7, 3], activations: ['tanh', 'linear'], by: 'square' },
    { sizes: [4, 8, 4], activations: ['elu', 'gelu'], by: 'square' },
    { sizes: [6, 8, 5, 3], activations: ['softplus', 'gelu', 'silu'], by: 'square' },
    { sizes: [3, 7, 4, 5], activations: ['tanh', 'sigmoid', 'softplus'], by: 'square' },
  ])('$sizes of $activations, by a $by', ({ sizes, activations, by }) =>
    checkBy(drawn(new Draw(sizes[0]), sizes, activations, { rows: 6, real: 5 }), by),
  );

  it('of relu and leaky relu, away from their kinks', async () => {
    await check(drawn(new Draw(3), [5, 7, 4], ['leakyRelu', 'relu']), 4e-6, 'kinked');
  });
});

describe('with u, the estimate ‖uᵀJ‖²', () => {
  // Here there is one line for each row.
  it.each<{ sizes: number[]; activations: readonly ActivationName[]; rows: number; by: string }>([
    { sizes: [7, 5], activations: ['sigmoid'] as const, rows: 3, by: 'square' },
    { sizes: [9, 2], activations: ['gelu'] as const, rows: 4, by: 'product' },
    { sizes: [9, 2, 6], activations: ['tanh', 'silu'] as const, rows: 7, by: 'product' },
    { sizes: [8, 4, 4], activations: ['softplus', 'sigmoid'] as const, rows: 12, by: 'product' },
    { sizes: [5, 7, 3], activations: ['elu', 'tanh'] as const, rows: 5, by: 'square' },
    { sizes: [6, 8, 5, 3], activations: ['sigmoid', 'linear', 'gelu'] as const, rows: 5, by: 'square' },
  ])('$sizes of $activations, by a $by', ({ sizes, activations, rows, by }) =>
    checkBy(drawn(new Draw(rows), sizes, activations, { rows, real: rows - 1, estimate: true }), by),
  );

  it('is ‖J‖² of one layer on average over all vectors of signs, and so is its gradient', () =>
    checkAverage([5, 3], ['tanh']));
});

describe.each([false, true])('with an estimate: %s', (estimate) => {
  it('accepts sides of length 1 in any of several layers', async () => {
    for (const sizes of [
      [1, 3, 1],
      [3, 1, 2],
      [1, 1, 1, 1],
      [2, 3, 1, 2],
    ]) {
      const activations = (['sigmoid', 'tanh', 'gelu'] as const).slice(0, sizes.length - 1);
      await check(drawn(new Draw(6), sizes, activations, { rows: 1, estimate }), 4e-6, `${sizes}`);
    }
  });

  it('takes random sizes and activations', async () => {
    const draw = new Draw(Number(estimate));
    for (let i = 0; i < 5; i++) {
      const sizes = Array.from({ length: draw.whole(2, 4) }, () => draw.whole(1, 9));
      const activations = sizes.slice(1).map(() => draw.pick(smooth));
      const rows = draw.whole(1, 9);
      await check(
        drawn(draw, sizes, activations, { rows, real: draw.whole(1, rows), estimate }),
        4e-6,
        `${rows} rows, ${sizes} of ${activations}`,
      );
    }
  });
});
