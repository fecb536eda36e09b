import { describe, expect, it } from 'vitest';
import { activate, activationNames, gelu, relu } from '../../src/kernels/activation.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { activations } from '../reference/activation.ts';
import { expectClose } from '../support/close.ts';
import { catchGpuErrors, sharedGpu } from '../support/gpu.ts';
import { differences } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { Inputs, run } from '../support/run.ts';

catchGpuErrors();

/** f and f′ on the device; the slope comes as the gradient of dy = 1, or of the dy given. */
async function onDevice(name: (typeof activationNames)[number], z: Float32Array, dy: Float32Array = new Float32Array(z.length).fill(1)) {
  const gpu = await sharedGpu();
  const memory = new Inputs(gpu);
  const tape = makeTape(gpu);
  const bound = memory.put(z);
  const y = activate(tape, bound, name);
  tape.differentiate(y, memory.put(dy));
  const [value, slope] = await run(tape, [y, tape.grad(name === 'linear' ? y : bound)]);
  memory.dispose();
  return { y: value, dz: slope };
}

const even = Float32Array.from({ length: 6001 }, (_, i) => (i - 3000) / 100);
const small = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (-1 - i / 16));

describe.each(activationNames)('%s', (name) => {
  const { f, slope } = activations[name];
  const kinked = name === 'relu' || name === 'leakyRelu' || name === 'elu';

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
    const extreme = Float32Array.of(100, 1e4, 1e30, 3e38, 0, -0, -100, -1e4, -1e30, -3e38);
    const { y, dz } = await onDevice(name, extreme);
    expectClose(y, Float64Array.from(extreme, (z) => Math.fround(f(z))), (i) => 2e-7 * Math.abs(f(extreme[i])) + 1e-6, 'y');
    expectClose(dz, Float64Array.from(extreme, slope), (i) => (extreme[i] === 0 && kinked ? 1 : 1e-6), 'slope');
  });

  it.each([1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 255, 256, 257, 1001])('handles %i values, each with its own gradient', async (count) => {
    const draw = new Draw(count);
    const [z, dy] = [draw.offZero(count, 0.1, 4), draw.floats(count)];
    const { y, dz } = await onDevice(name, z, dy);
    expectClose(y, Float64Array.from(z, f), 4e-6, 'y');
    expectClose(dz, Float64Array.from(z, (v, i) => dy[i] * slope(v)), 1e-6, 'dz');
  });

  it('has a slope that its own differences confirm', () => {
    const z = Float64Array.from(new Draw(1).offZero(200, 0.01, 8));
    const wanted = z.map((v) => differences(([at]) => f(at), Float64Array.of(v))[0]);
    expectClose(z.map(slope), wanted, 1e-8);
  });
});

it('adds up the gradients of a tensor that two activations take', async () => {
  const gpu = await sharedGpu();
  const memory = new Inputs(gpu);
  const draw = new Draw(2);
  const count = 37;
  const [z, dy] = [draw.offZero(count), draw.floats(count)];
  const tape = makeTape(gpu);
  const bound = memory.put(z);
  const inner = activate(tape, bound, 'tanh');
  const y = add(tape, relu(tape, inner), gelu(tape, inner));
  tape.differentiate(y, memory.put(dy));
  const [dz] = await run(tape, [tape.grad(bound)]);
  memory.dispose();
  const wanted = Float64Array.from(z, (v, i) => {
    const inner = Math.tanh(v);
    return dy[i] * (activations.relu.slope(inner) + activations.gelu.slope(inner)) * activations.tanh.slope(v);
  });
  expectClose(dz, wanted, 1e-6);
});

it('records nothing for linear', async () => {
  const tape = makeTape(await sharedGpu());
  const z = tape.tensor([3]);
  expect(activate(tape, z, 'linear')).toBe(z);
  expect(tape.dispatches).toEqual([]);
});
