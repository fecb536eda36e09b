import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { crossEntropy } from '../../src/kernels/cross-entropy.ts';
import { multiply } from '../../src/kernels/elementwise.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { crossEntropy as reference } from '../reference/cross-entropy.ts';
import { expectClose } from '../support/close.ts';
import { assumingFinite, withRewritten } from '../support/pretended.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

/** The loss of a batch whose first `real` rows count, with the gradient of the logits. */
async function onDevice(y: Float32Array, labels: Float32Array, real = labels.length, other?: Gpu) {
  const rows = labels.length;
  const { memory, tape, state } = await recording({ batch: rows, examples: 100, position: 100 - real }, other);
  const logits = memory.put(y, [rows, y.length / rows]);
  const { losses, hits } = crossEntropy(tape, logits, memory.put(labels, [rows, 1]), state);
  tape.differentiate();
  const results = await run(tape, [losses, hits, tape.grad(logits)]);
  return { losses: results[0], hits: results[1], dy: results[2] };
}

const drawn = (rows: number, classes: number, seed: number, size = 4) => {
  const draw = new Draw(seed);
  return {
    y: draw.floats(rows * classes, -size, size),
    labels: draw.floats(rows, 0, 1).map((u) => Math.floor(u * classes)),
  };
};

describe('cross-entropy', () => {
  it.each([
    [1, 2],
    [1, 10],
    [5, 3],
    [9, 1],
    [63, 10],
    [64, 24],
    [65, 100],
    [130, 1000],
  ])('fits float64 for %i rows of %i classes', async (rows, classes) => {
    for (const real of [rows, Math.ceil(rows / 2)]) {
      const { y, labels } = drawn(rows, classes, rows + classes);
      const actual = await onDevice(y, labels, real);
      const wanted = reference(y, labels, classes, real);
      expectClose(actual.losses, wanted.losses, (i) => 1e-6 * wanted.losses[i], 'losses');
      expect([...actual.hits]).toEqual([...wanted.hits]);
      expectClose(actual.dy, wanted.dy, (i) => 2e-6 * Math.abs(wanted.dy[i]), 'gradient');
    }
  });

  it.each([NaN, Infinity, -Infinity])(
    'passes %f on to the loss even if a compiler assumes that floats are finite',
    async (bad) => {
      const { losses } = await onDevice(
        Float32Array.of(1, bad, 3, 1, 2, 3),
        Float32Array.of(0, 0),
        2,
        await withRewritten(assumingFinite),
      );
      expect(Number.isFinite(losses[0])).toBe(false);
      expect(Number.isFinite(losses[1])).toBe(true);
    },
  );

  it('keeps its digits if the model is almost certain, right or wrong', async () => {
    const y = Float32Array.of(0, 15, 1, 0, 15, 1, 80, 0, -80, 80, 0, -80, 3e4, -3e4, 0, 3e4, -3e4, 0);
    const labels = Float32Array.of(1, 0, 0, 2, 0, 1);
    const actual = await onDevice(y, labels);
    const wanted = reference(y, labels, 3, 6);
    expectClose(actual.losses, wanted.losses, (i) => 1e-6 * wanted.losses[i] + 1e-37, 'losses');
    expectClose(actual.dy, wanted.dy, (i) => 2e-6 * Math.abs(wanted.dy[i]) + 1e-37, 'gradient');
  });

  it('takes the first of several largest logits as the answer', async () => {
    const { hits } = await onDevice(Float32Array.of(1, 1, 0, 1, 1, 0), Float32Array.of(0, 1));
    expect([...hits]).toEqual([1, 0]);
  });

  it('hides no value that is not finite', async () => {
    for (const wrong of [NaN, Infinity, -Infinity]) {
      const { losses } = await onDevice(Float32Array.of(0, wrong, 1, 0, 0, 1), Float32Array.of(0, 0));
      expect(Number.isFinite(losses[0])).toBe(false);
      expect(Number.isFinite(losses[1])).toBe(true);
    }
  });

  it('adds its gradient to an existing one', async () => {
    const { memory, tape, state } = await recording({ batch: 3, examples: 3 });
    const { y, labels } = drawn(3, 5, 1);
    const logits = memory.put(y, [3, 5]);
    const classes = memory.put(labels, [3, 1]);
    crossEntropy(tape, logits, classes, state);
    crossEntropy(tape, logits, classes, state);
    tape.differentiate();
    const [dy] = await run(tape, [tape.grad(logits)]);
    const wanted = reference(y, labels, 5, 3).dy.map((v) => 2 * v);
    expectClose(dy, wanted, 1e-6);
  });

  it('passes its gradient on', async () => {
    const { memory, tape, state } = await recording({ batch: 4, examples: 4 });
    const { y, labels } = drawn(4, 6, 2);
    const factors = new Draw(3).floats(24, 0.5, 1.5);
    const x = memory.put(y, [4, 6]);
    crossEntropy(tape, multiply(tape, x, memory.put(factors, [4, 6])), memory.put(labels, [4, 1]), state);
    tape.differentiate();
    const [dx] = await run(tape, [tape.grad(x)]);
    const scaled = y.map((v, i) => v * factors[i]);
    const wanted = reference(scaled, labels, 6, 4).dy.map((v, i) => v * factors[i]);
    expectClose(dx, wanted, 1e-6);
  });

  it('writes no gradient unless one is needed', async () => {
    const { tape } = await recording();
    const state = tape.tensor([12], 'u32');
    crossEntropy(tape, tape.tensor([2, 3]), tape.tensor([2, 1]), state);
    tape.settle();
    expect(tape.dispatches.map(({ tensors }) => tensors.length)).toEqual([5]);
  });

  it('refuses different numbers of labels and rows', async () => {
    const { tape } = await recording();
    const state = tape.tensor([12], 'u32');
    expect(() => crossEntropy(tape, tape.tensor([2, 3]), tape.tensor([3, 1]), state)).toThrow(ShapeError);
  });
});
