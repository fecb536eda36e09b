import { describe, expect, it } from 'vitest';
import {
  activate,
  activationNames,
  activationWord,
  elu,
  gelu,
  relu,
  slope as slopeOf,
  type Activation,
} from '../../src/kernels/activation.ts';
import { dense } from '../../src/kernels/dense.ts';
import { add, multiply } from '../../src/kernels/elementwise.ts';
import { Parameters } from '../../src/runtime/parameters.ts';
import { tape as makeTape, type Tape } from '../../src/runtime/tape.ts';
import { activationOf, activations } from '../reference/activation.ts';
import { expectCount, expectSlopes, onDevice, slopeOnDevice } from '../support/activations.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient, differences } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, runOne, recording } from '../support/run.ts';

/** So many values in each of the lists below: another number would be another pipeline. */
const length = 6001;
const even = Float32Array.from({ length }, (_, i) => (i - 3000) / 100);
const small = Float32Array.from({ length }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (-1 - i / 240));
const repeated = (...values: number[]) => Float32Array.from({ length }, (_, i) => values[i % values.length]);

const withParameters: Activation[] = [
  ['leakyRelu', { slope: 0 }],
  ['leakyRelu', { slope: 0.2 }],
  ['elu', { alpha: 0.5 }],
  ['elu', { alpha: 3 }],
];

const named = [...activationNames, ...withParameters].map((each) => [activationWord('test', each), each] as const);

describe.each(named)('%s', (_, name) => {
  const { f, slope, curvature } = activationOf(name);
  const kinked = typeof name === 'object' || name === 'relu' || name === 'leakyRelu' || name === 'elu';

  it('fits float64 from −30 to 30', async () => {
    const { y, dz } = await onDevice(name, even);
    // Relative, so that tails count; in gelu's tail x² is rounded before it is an exponent.
    const relative = (i: number) => (name === 'gelu' ? 4e-7 * (1 + even[i] ** 2 / 4) : 4e-7);
    // gelu's and silu's tails past −87 in the exponent are subnormal.
    expectClose(y, Float64Array.from(even, f), (i) => relative(i) * Math.abs(f(even[i])) + 1e-36, 'y');
    // Made of y, which carries y's rounding: absolute.
    expectClose(dz, Float64Array.from(even, slope), (i) => (even[i] === 0 && kinked ? 1 : 4e-7), 'slope');
  });

  it('fits float64 for small values', async () => {
    const { y, dz } = await onDevice(name, small);
    expectClose(y, Float64Array.from(small, f), (i) => 4e-7 * Math.abs(f(small[i])), 'y');
    expectClose(dz, Float64Array.from(small, slope), 4e-7, 'slope');
  });

  it('survives extreme values', async () => {
    const extreme = repeated(100, 1e4, 1e30, 3e38, 0, -0, -100, -1e4, -1e30, -3e38);
    const { y, dz } = await onDevice(name, extreme);
    const wanted = Float64Array.from(extreme, (z) => Math.fround(f(z)));
    expectClose(y, wanted, (i) => 2e-7 * Math.abs(f(extreme[i])) + 1e-6, 'y');
    expectClose(dz, Float64Array.from(extreme, slope), (i) => (extreme[i] === 0 && kinked ? 1 : 1e-6), 'slope');
  });

  it('has a slope and a curvature that finite differences confirm', () => {
    const z = Float64Array.from(new Draw(1).offZero(200, 0.01, 8));
    const slopes = z.map((v) => differences(([at]) => f(at), Float64Array.of(v))[0]);
    expectClose(z.map(slope), slopes, 1e-8);
    const curvatures = z.map((v) => differences(([at]) => slope(at), Float64Array.of(v))[0]);
    expectClose(z.map(curvature), curvatures, 1e-8);
  });

  it('computes its slope as a tensor with a gradient', async () => {
    for (const z of [even, small]) {
      const { s, dz } = await slopeOnDevice(name, z);
      expectClose(s, Float64Array.from(z, slope), (i) => (z[i] === 0 && kinked ? 1 : 4e-7), 'slope');
      expectClose(dz, Float64Array.from(z, curvature), (i) => (z[i] === 0 && kinked ? 1 : 4e-7), 'curvature');
    }
  });

  it('computes a slope that survives extreme values', async () => {
    const extreme = repeated(100, 1e4, 1e19, 1e30, 3e38, -100, -1e4, -1e19, -1e30, -3e38);
    const { s, dz } = await slopeOnDevice(name, extreme);
    expectClose(s, Float64Array.from(extreme, slope), 1e-6, 'slope');
    expectClose(dz, Float64Array.from(extreme, curvature), 1e-6, 'curvature');
  });
});

/** One whose slope follows from its value, and one whose slope does not: all that is not the formula is the same for the others. */
describe.each(['sigmoid', 'gelu'] as const)('%s', (name) => {
  const { f, slope, curvature } = activationOf(name);

  // Each number is a pipeline of its own: activation.long.test.ts has more.
  it.each([1, 3, 8, 257])('handles %i values, each with its own gradient', (count) => expectCount(name, count));

  it.each([1, 3, 8, 257])('computes its slope for %i values, each with its own gradient', (count) =>
    expectSlopes(name, count),
  );

  it('computes its slope in another shape', async () => {
    const z = new Draw(6).offZero(30, 0.1, 4);
    const ds = new Draw(7).floats(30);
    for (const shape of [
      [30, 1],
      [5, 1, 6],
      [2, 3, 5, 1],
    ]) {
      const found = await slopeOnDevice(name, z, { ds, shape });
      expect(found.shape).toEqual(shape);
      expectClose(found.s, Float64Array.from(z, slope), 4e-7, 's');
      const wanted = Float64Array.from(z, (v, i) => ds[i] * curvature(v));
      expectClose(found.dz, wanted, 4e-7, 'dz');
    }
  });

  it('adds the gradient through its slope to its own gradient', async () => {
    await checkGradient(await sharedGpu(), {
      inputs: [{ values: new Draw(8).offZero(15, 0.1, 3), shape: [3, 5] }],
      build: (tape, z) => {
        const y = activate(tape, add(tape, z, z), name);
        return multiply(tape, multiply(tape, y, slopeOf(tape, y)), slopeOf(tape, y));
      },
      reference: (z) => z.map((v) => f(2 * v) * slope(2 * v) ** 2),
      relative: 4e-6,
    });
  });
});

it('sums the gradients of a tensor used by two activations', async () => {
  const { memory, tape } = await recording();
  const draw = new Draw(2);
  const count = 37;
  const [z, dy] = [draw.offZero(count), draw.floats(count)];
  const bound = memory.put(z);
  const inner = activate(tape, bound, 'tanh');
  const y = add(tape, relu(tape, inner), gelu(tape, inner));
  tape.differentiate(y, memory.put(dy));
  const [dz] = await run(tape, [tape.grad(bound)]);
  const wanted = Float64Array.from(z, (v, i) => {
    const inner = Math.tanh(v);
    return dy[i] * (activations.relu.slope(inner) + activations.gelu.slope(inner)) * activations.tanh.slope(v);
  });
  expectClose(dz, wanted, 1e-6);
});

it('uses the default for a missing parameter', () => {
  for (const given of [
    ['leakyRelu', { slope: 0.01 }],
    ['leakyRelu', {}],
    ['elu', { alpha: 1 }],
  ] as const)
    expect(activationWord('test', given)).toBe(given[0]);
  expect(activationWord('test', ['elu', { alpha: 2 }])).toBe('elu(2)');
  expect(activationWord('test', ['leakyRelu', { slope: 1e-7 }])).toBe('leakyRelu(1e-7)');
});

it.each([
  [['leakyRelu', { slope: -1 }], 'test: slope: -1 is not a number of at least 0'],
  [['elu', { slope: 0.1 }], "test: unknown option 'slope'; it takes alpha"],
  [['relu', { slope: 0.1 }], "test: unknown option 'slope'"],
  [['leaky', {}], "test: there is no activation 'leaky'; there are linear, relu,"],
])('refuses %j', (given, message) => {
  expect(() => activationWord('test', given as never)).toThrow(message);
});

it('records no dispatch for linear', async () => {
  const { tape } = await recording();
  const z = tape.tensor([3]);
  expect(activate(tape, z, 'linear')).toBe(z);
  expect(tape.dispatches).toEqual([]);
});

it('has a slope of 1 without a gradient if there is no activation', async () => {
  const { gpu, memory } = await recording();
  const draw = new Draw(9);
  const [x, w] = [memory.put(draw.floats(10), [2, 5]), memory.put(draw.floats(15), [3, 5])];
  for (const record of [(tape: Tape) => dense(tape, x, w, undefined), (tape: Tape) => add(tape, x, x), () => x]) {
    const tape = makeTape(gpu);
    const y = record(tape);
    const s = slopeOf(tape, y);
    expect(s.shape).toEqual(y.shape);
    const before = tape.dispatches.length;
    tape.differentiate(s, memory.put(new Float32Array(s.size), s.shape));
    expect(tape.dispatches.length).toBe(before);
    expect(await runOne(tape, s)).toEqual(new Float32Array(y.size).fill(1));
  }
});

it('writes only zeros to the padding after a parameter’s gradient, where a NaN would stop training', async () => {
  const { gpu, memory, tape } = await recording();
  const parameters = forThisTest(
    new Parameters(gpu, [
      { name: 'w', shape: [5], initial: Float32Array.of(1, 2, 3, -4, -5) },
      { name: 'v', shape: [1], initial: Float32Array.of(-1) },
    ]),
  );
  const { gradients } = parameters;
  for (const name of ['w', 'v']) {
    // In the padding of the slope's gradient there is what no one has written.
    const s = slopeOf(tape, elu(tape, parameters.get(name)));
    tape.differentiate(multiply(tape, s, memory.put([1])), memory.put(new Float32Array(s.size).fill(1)));
  }
  const values = await runOne(tape, gradients);
  expectClose(values.subarray(3, 5), [Math.exp(-4), Math.exp(-5)], 1e-7);
  expect(values.filter((_, i) => (i >= 5 && i < 64) || i >= 65)).toEqual(new Float32Array(59 + 63));
});
