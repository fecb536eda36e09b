/** What the tests of activations have in common. */
import { activate, slope as slopeOf, type Activation } from '../../src/kernels/activation.ts';
import { activationOf } from '../reference/activation.ts';
import { expectClose } from './close.ts';
import { Draw } from './random.ts';
import { run, recording } from './run.ts';

/** f and f′ on the device; the slope comes as the gradient of dy = 1, or of the dy given. */
export async function onDevice(
  name: Activation,
  z: Float32Array,
  dy: Float32Array = new Float32Array(z.length).fill(1),
) {
  const { memory, tape } = await recording();
  const bound = memory.put(z);
  const y = activate(tape, bound, name);
  tape.differentiate(y, memory.put(dy));
  const [value, slope] = await run(tape, [y, tape.grad(name === 'linear' ? y : bound)]);
  return { y: value, dz: slope };
}

/** f′ as a value of its own, of y's shape or another, and what it hands on: f″ for ds = 1, or times the ds given. */
export async function slopeOnDevice(
  name: Activation,
  z: Float32Array,
  { ds = new Float32Array(z.length).fill(1), shape }: { ds?: Float32Array; shape?: number[] } = {},
) {
  const { memory, tape } = await recording();
  const bound = memory.put(z);
  const s = slopeOf(tape, activate(tape, bound, name), shape);
  tape.differentiate(s, memory.put(ds, s.shape));
  const [value, dz = new Float32Array(z.length)] = await run(tape, name === 'linear' ? [s] : [s, tape.grad(bound)]);
  return { s: value, dz, shape: s.shape };
}

/** So many values, each with its own gradient. */
export async function expectCount(name: Activation, count: number): Promise<void> {
  const { f, slope } = activationOf(name);
  const draw = new Draw(count);
  const [z, dy] = [draw.offZero(count, 0.1, 4), draw.floats(count)];
  const { y, dz } = await onDevice(name, z, dy);
  expectClose(y, Float64Array.from(z, f), 4e-6, 'y');
  const wanted = Float64Array.from(z, (v, i) => dy[i] * slope(v));
  expectClose(dz, wanted, 1e-6, 'dz');
}

/** The slopes of so many values, each with its own gradient. */
export async function expectSlopes(name: Activation, count: number): Promise<void> {
  const { slope, curvature } = activationOf(name);
  const draw = new Draw(count);
  const [z, ds] = [draw.offZero(count, 0.1, 4), draw.floats(count)];
  const { s, dz } = await slopeOnDevice(name, z, { ds });
  expectClose(s, Float64Array.from(z, slope), 4e-7, 's');
  const wanted = Float64Array.from(z, (v, i) => ds[i] * curvature(v));
  expectClose(dz, wanted, 4e-7, 'dz');
}
