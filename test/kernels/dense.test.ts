import { describe, expect, it } from 'vitest';
import { type ActivationName } from '../../src/kernels/activation.ts';
import { dense } from '../../src/kernels/dense.ts';
import { ShapeError } from '../../src/errors.ts';
import { compile } from '../../src/runtime/plan.ts';
import { dense as reference } from '../reference/dense.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { recording } from '../support/run.ts';
import { matrix, vector } from '../support/operands.ts';

describe('with a transposed weight', () => {
  const options = { transposed: true };

  it('refuses shapes that do not fit', async () => {
    const { tape } = await recording();
    const [x, w] = [tape.tensor([2, 3]), tape.tensor([3, 4])];
    expect(dense(tape, x, w, tape.tensor([4]), 'relu', options).shape).toEqual([2, 4]);
    await expectRefused(ShapeError, 'takes 2 features, the data has 4', () =>
      dense(tape, w, x, undefined, 'relu', options),
    );
    // It would fit untransposed.
    expect(() => dense(tape, w, tape.tensor([5, 4]), undefined, 'relu', options)).toThrow(
      'takes 5 features, the data has 4',
    );
    expect(() => dense(tape, x, w, tape.tensor([3]), 'relu', options)).toThrow('4 units, but a bias of [3]');
  });
});

it('computes large layers', async () => {
  const draw = new Draw(4);
  const [rows, inputs, units] = [33, 17, 20];
  await checkGradient(await sharedGpu(), {
    inputs: [matrix(draw, rows, inputs), matrix(draw, units, inputs), vector(draw, units)],
    build: (tape, x, w, bias) => dense(tape, x, w, bias, 'sigmoid'),
    reference: (x, w, bias) => reference(x, w, bias, inputs, 'sigmoid'),
  });
});

it('uses one dispatch forward and two backward for each layer', async () => {
  const labelsFor = async (activation: ActivationName) => {
    const { memory, tape } = await recording();
    const weights = (rows: number, columns: number) => memory.put(new Float32Array(rows * columns), [rows, columns]);
    const [x, w1, w2] = [weights(4, 4), weights(4, 4), weights(4, 4)];
    const [bias1, bias2] = [memory.put(new Float32Array(4)), memory.put(new Float32Array(4))];
    const y = dense(tape, dense(tape, x, w1, bias1, activation), w2, bias2);
    tape.differentiate(y, weights(4, 4));
    tape.keep(tape.grad(w1), tape.grad(w2), tape.grad(bias1), tape.grad(bias2));
    const plan = forThisTest(await compile(tape));
    return plan.labels.map((label) => label.replace('4x4', '').replace(/\s+/g, ' ').trim());
  };
  // The second layer's output and the gradient of the data are wanted by nobody.
  expect(await labelsFor('relu')).toEqual(['matmul NT relu', 'matmul TN', "matmul NN relu'", 'matmul TN']);
  // gelu's slope needs z, so gelu is a dispatch of its own.
  expect(await labelsFor('gelu')).toEqual(['matmul NT', 'gelu forward', 'matmul TN', "matmul NN gelu'", 'matmul TN']);
});

it('refuses shapes that do not fit', async () => {
  const { memory, tape } = await recording();
  const [x, w] = [memory.put(new Float32Array(6), [2, 3]), memory.put(new Float32Array(8), [2, 4])];
  await expectRefused(ShapeError, 'takes 4 features, the data has 3', () => dense(tape, x, w, undefined));
  expect(() => dense(tape, w, w, memory.put([1, 2, 3]))).toThrow('2 units, but a bias of [3]');
});
