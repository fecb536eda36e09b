import { describe, it } from 'vitest';
import { activationNames } from '../../src/kernels/activation.ts';
import { dense } from '../../src/kernels/dense.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { dense as reference, transposed } from '../reference/dense.ts';
import { sharedGpu, smallTiles } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { matrix, vector } from '../support/operands.ts';

describe.each(activationNames)('with %s', (activation) => {
  it('one layer', async () => {
    const gpu = await smallTiles();
    const draw = new Draw(1);
    for (const [rows, inputs, units] of [
      [1, 1, 1],
      [5, 7, 3],
      [6, 8, 4],
    ] as const) {
      await checkGradient(gpu, {
        inputs: [matrix(draw, rows, inputs), matrix(draw, units, inputs), vector(draw, units)],
        build: (tape, x, w, bias) => dense(tape, x, w, bias, activation),
        reference: (x, w, bias) => reference(x, w, bias, inputs, activation),
        name: `${rows}x${inputs}x${units}`,
      });
    }
  });

  it('two layers, the second of which includes the slope of the first in its gradient', async () => {
    const gpu = await smallTiles();
    const draw = new Draw(2);
    const [rows, inputs, hidden, units] = [5, 6, 9, 4];
    await checkGradient(gpu, {
      inputs: [
        matrix(draw, rows, inputs),
        matrix(draw, hidden, inputs),
        vector(draw, hidden),
        matrix(draw, units, hidden),
        vector(draw, units),
      ],
      build: (tape, x, w1, bias1, w2, bias2) => dense(tape, dense(tape, x, w1, bias1, activation), w2, bias2),
      reference: (x, w1, bias1, w2, bias2) =>
        reference(reference(x, w1, bias1, inputs, activation), w2, bias2, hidden, 'linear'),
      relative: 4e-6,
    });
  });

  it('a tensor used by two layers and a sum: its gradients add up', async () => {
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
});

describe('with a transposed weight', () => {
  const options = { transposed: true };

  it.each(activationNames)('one layer with %s', async (activation) => {
    const gpu = await smallTiles();
    const draw = new Draw(5);
    for (const [rows, inputs, units] of [
      [1, 1, 1],
      [5, 7, 3],
      [6, 8, 4],
    ] as const) {
      await checkGradient(gpu, {
        inputs: [matrix(draw, rows, inputs), matrix(draw, inputs, units), vector(draw, units)],
        build: (tape, x, w, bias) => dense(tape, x, w, bias, activation, options),
        reference: (x, w, bias) => reference(x, transposed(w, units), bias, inputs, activation),
        name: `${rows}x${inputs}x${units}`,
      });
    }
  });

  it.each(activationNames)('after a layer with %s, whose slope it includes in its gradient', async (activation) => {
    const gpu = await smallTiles();
    const draw = new Draw(6);
    const [rows, inputs, hidden, units] = [5, 6, 9, 4];
    await checkGradient(gpu, {
      inputs: [
        matrix(draw, rows, inputs),
        matrix(draw, inputs, hidden),
        vector(draw, hidden),
        matrix(draw, hidden, units),
      ],
      build: (tape, x, w1, bias1, w2) =>
        dense(tape, dense(tape, x, w1, bias1, activation, options), w2, undefined, 'tanh', options),
      reference: (x, w1, bias1, w2) =>
        reference(
          reference(x, transposed(w1, hidden), bias1, inputs, activation),
          transposed(w2, units),
          undefined,
          hidden,
          'tanh',
        ),
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
          dense(tape, dense(tape, x, w, bias1, 'sigmoid'), w, bias2, 'softplus', options),
        reference: (x, w, bias1, bias2) =>
          reference(reference(x, w, bias1, inputs, 'sigmoid'), transposed(w, inputs), bias2, units, 'softplus'),
        relative: 4e-6,
        name: `${rows}x${inputs}x${units}`,
      });
    }
  });
});
