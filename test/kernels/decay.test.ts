import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../src/kernels/activation.ts';
import { decay } from '../../src/kernels/decay.ts';
import { add, multiply } from '../../src/kernels/elementwise.ts';
import { Parameters } from '../../src/runtime/parameters.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { sizeOf, type Tensor } from '../../src/runtime/tensor.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { dot } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { type Inputs, run, runOne, type Values, recording } from '../support/run.ts';

/** Runs what `record` makes of a batch whose first `real` rows count; it returns what is to be read. */
async function onDevice(
  record: (tape: Tape, memory: Inputs, state: Tensor) => Tensor[],
  batch = 7,
  real = batch,
): Promise<Values[]> {
  const { memory, tape, state } = await recording({ batch, examples: 100, position: 100 - real });
  return run(tape, record(tape, memory, state));
}

const half = (factor: number, weights: readonly Float32Array[]) =>
  weights.reduce((sum, w) => sum + 0.5 * factor * dot(w, w), 0);
const total = (sums: Values) => Array.from(sums).reduce((a, b) => a + b, 0);
const relative = (wanted: number) => 4e-7 * wanted;

describe('½ factor Σ w²', () => {
  // A strip takes 64 values, a workgroup 64 strips.
  it.each([1, 2, 3, 4, 5, 63, 64, 65, 127, 129, 1023, 4095, 4096, 4097, 4161, 9001])('of %i values', async (count) => {
    const w = new Draw(count).floats(count, -2, 2);
    const factor = 0.3;
    const [plain, sums, dw] = await onDevice((tape, memory, state) => {
      const [one, other] = [memory.put(w), memory.put(w)];
      const [plain, sums] = [one, other].map((each) => decay(tape, [each], state, factor));
      tape.differentiate([{ sums }]);
      return [plain, sums, tape.grad(other)];
    });
    const wanted = half(factor, [w]);
    for (const each of [plain, sums]) expectClose([total(each) / 7], [wanted], relative(wanted));
    const slope = w.map((v) => factor * v);
    expectClose(dw, slope, (i) => 2e-7 * Math.abs(w[i]), 'dw');
  });

  it('over several tensors, whose sums are consecutive', async () => {
    const shapes = [[3, 5], [65], [1], [9, 31], [2, 2, 2], [130, 37]];
    const draw = new Draw(1);
    const weights = shapes.map((shape) => draw.floats(sizeOf(shape)));
    const factor = 2.5;
    const [sums, ...gradients] = await onDevice((tape, memory, state) => {
      const bound = weights.map((w, i) => memory.put(w, shapes[i]));
      const sums = decay(tape, bound, state, factor);
      tape.differentiate();
      return [sums, ...bound.map((w) => tape.grad(w))];
    });
    const wanted = half(factor, weights);
    expectClose([total(sums) / 7], [wanted], relative(wanted));
    gradients.forEach((dw, i) => {
      const slope = weights[i].map((v) => factor * v);
      expectClose(dw, slope, (n) => 2e-7 * factor * Math.abs(weights[i][n]), `dw ${i}`);
    });
  });

  it('is the same for a short batch, whose rows divide the sums but not the gradient', async () => {
    const weights = [new Draw(2).floats(77), new Draw(3).floats(130)];
    const factor = 0.1;
    const wanted = half(factor, weights);
    for (const [batch, real] of [
      [1, 1],
      [64, 64],
      [64, 63],
      [64, 1],
      [100, 3],
    ] as const) {
      const record = (tape: Tape, memory: Inputs, state: Tensor) => {
        const bound = weights.map((w) => memory.put(w));
        const sums = decay(tape, bound, state, factor);
        tape.differentiate();
        return [sums, tape.grad(bound[1])];
      };
      const [sums, dw] = await onDevice(record, batch, real);
      expectClose([total(sums) / real], [wanted], relative(wanted), `${real} of ${batch}`);
      const slope = weights[1].map((v) => factor * v);
      expectClose(dw, slope, 2e-8, `dw for ${real} of ${batch}`);
    }
  });
});

it('adds its gradient to an existing one', async () => {
  const draw = new Draw(4);
  for (const count of [5, 64, 301]) {
    const [w, v] = [draw.floats(count), draw.floats(count)];
    const [dw, dv] = await onDevice((tape, memory, state) => {
      const [one, other] = [memory.put(w), memory.put(v)];
      // Its own, then that of two of them, then a product's.
      const losses = [
        { sums: decay(tape, [one], state, 0.5) },
        { sums: decay(tape, [one, other], state, 0.125), coefficient: 2 },
        { sums: decay(tape, [other], state, 2) },
      ];
      tape.differentiate(multiply(tape, one, other), memory.put(new Float32Array(count).fill(1)), losses);
      return [tape.grad(one), tape.grad(other)];
    });
    const wanted = { dw: w.map((value, i) => 0.75 * value + v[i]), dv: v.map((value, i) => 2.25 * value + w[i]) };
    expectClose(dw, wanted.dw, 4e-7, 'dw');
    expectClose(dv, wanted.dv, 4e-7, 'dv');
  }
});

it('writes no gradient unless one is needed', async () => {
  const { tape } = await recording();
  const [w, state] = [tape.tensor([5]), tape.tensor([12], 'u32')];
  decay(tape, [w], state, 1);
  tape.settle();
  expect(tape.dispatches.length).toBe(1);
  expect(tape.dispatches[0].tensors).not.toContain(tape.grad(w));
});

describe('of a recorded tensor', () => {
  // sigmoid leaves ½ behind the last value; a sum with a repeated operand leaves what was there before.
  const recorded = {
    sigmoid: { record: (tape: Tape, w: Tensor) => sigmoid(tape, w), f: (v: number) => 1 / (1 + Math.exp(-v)) },
    'a broadcast sum': { record: (tape: Tape, w: Tensor, one: Tensor) => add(tape, w, one), f: (v: number) => v + 1 },
  };
  it.each(Object.entries(recorded))('%s', async (_, { record, f }) => {
    for (const count of [2, 3, 5, 8, 66]) {
      const w = new Draw(count).floats(count);
      const [sums] = await onDevice((tape, memory, state) => [
        decay(tape, [record(tape, memory.put(w), memory.put([1]))], state, 0.5),
      ]);
      const wanted = half(0.5, [w.map(f)]);
      expectClose([total(sums) / 7], [wanted], relative(wanted), `${count} values`);
    }
  });
});

it('writes only zeros to the padding after a parameter’s gradient, where a NaN would stop training', async () => {
  const { gpu, tape, state } = await recording();
  const parameters = forThisTest(
    new Parameters(gpu, [
      { name: 'w', shape: [5], initial: new Float32Array(5).fill(2) },
      { name: 'v', shape: [1], initial: Float32Array.of(3) },
    ]),
  );
  const { gradients } = parameters;
  decay(tape, [parameters.get('w'), parameters.get('v')], state, 1);
  decay(tape, [parameters.get('w')], state, 1);
  tape.differentiate();
  const values = await runOne(tape, gradients);
  const wanted = new Float32Array(128).fill(4, 0, 5).fill(3, 64, 65);
  expect(values).toEqual(wanted);
});
