import { describe, it } from 'vitest';
import { activationNames } from '../../src/kernels/activation.ts';
import { dense } from '../../src/kernels/dense.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { dense as reference, transposed } from '../reference/dense.ts';
import { sharedGpu, smallTiles } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { matrix, vector } from '../support/operands.ts';

describe.each([false, true])('with a weight that is transposed: %s', (isTransposed) => {
  const options = { transposed: isTransposed };
  const weight = (draw: Draw, units: number, inputs: number) =>
    isTransposed ? matrix(draw, inputs, units) : matrix(draw, units, inputs);
  /** As the reference takes it. */
  const upright = (w: Float64Array, units: number) => (isTransposed ? transposed(w, units) : w);

  it.each(activationNames)('one layer with %s', async (activation) => {
    const gpu = await smallTiles();
    const draw = new Draw(1);
    for (const [rows, inputs, units] of [
      [1, 1, 1],
      [5, 7, 3],
      [6, 8, 4],
    ] as const) {
      await checkGradient(gpu, {
        inputs: [matrix(draw, rows, inputs), weight(draw, units, inputs), vector(draw, units)],
        build: (tape, x, w, bias) => dense(tape, x, w, bias, activation, options),
        reference: (x, w, bias) => reference(x, upright(w, units), bias, inputs, activation),
        name: `${rows}x${inputs}x${units}`,
      });
    }
  });

  it.each(activationNames)('after a layer with %s, whose slope it includes in its gradient', async (activation) => {
    const gpu = await smallTiles();
    const draw = new Draw(2);
    const [rows, inputs, hidden, units] = [5, 6, 9, 4];
    await checkGradient(gpu, {
      inputs: [
        matrix(draw, rows, inputs),
        weight(draw, hidden, inputs),
        vector(draw, hidden),
        weight(draw, units, hidden),
        vector(draw, units),
      ],
      build: (tape, x, w1, bias1, w2, bias2) =>
        dense(tape, dense(tape, x, w1, bias1, activation, options), w2, bias2, 'tanh', options),
      reference: (x, w1, bias1, w2, bias2) => {
        const h = reference(x, upright(w1, hidden), bias1, inputs, activation);
        return reference(h, upright(w2, units), bias2, hidden, 'tanh');
      },
      relative: 4e-6,
    });
  });
});

it.each(activationNames)('a tensor used by two layers and a sum: its gradients add up, with %s', async (activation) => {
  const gpu = await smallTiles();
  const draw = new Draw(3);
  const [rows, inputs, hidden] = [3, 4, 6];
  await checkGradient(gpu, {
    inputs: [
      matrix(draw, rows, inputs),
      matrix(draw, hidden, inputs),
      matrix(draw, hidden, hidden),
      matrix(draw, hidden, hidden),
    ],
    build: (tape, x, w, w1, w2) => {
      const h = dense(tape, x, w, undefined, activation);
      return add(tape, add(tape, dense(tape, h, w1, undefined, 'tanh'), dense(tape, h, w2, undefined)), h);
    },
    reference: (x, w, w1, w2) => {
      const h = reference(x, w, undefined, inputs, activation);
      const second = reference(h, w2, undefined, hidden, 'linear');
      return reference(h, w1, undefined, hidden, 'tanh').map((v, i) => v + second[i] + h[i]);
    },
    relative: 4e-6,
  });
});

it('the weight of the mirrored layer: both gradients add up', async () => {
  const draw = new Draw(7);
  for (const [rows, inputs, units] of [
    [5, 7, 3],
    [4, 8, 4],
    [33, 65, 20],
  ] as const) {
    await checkGradient(await sharedGpu(), {
      inputs: [matrix(draw, rows, inputs), matrix(draw, units, inputs), vector(draw, units), vector(draw, inputs)],
      build: (tape, x, w, bias1, bias2) =>
        dense(tape, dense(tape, x, w, bias1, 'sigmoid'), w, bias2, 'softplus', { transposed: true }),
      reference: (x, w, bias1, bias2) =>
        reference(reference(x, w, bias1, inputs, 'sigmoid'), transposed(w, inputs), bias2, units, 'softplus'),
      relative: 4e-6,
      name: `${rows}x${inputs}x${units}`,
    });
  }
});
