import type { Gpu } from '../../src/runtime/device.ts';
import { tape as makeTape, type Tape } from '../../src/runtime/tape.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import { expectNear } from './close.ts';
import { Draw } from './random.ts';
import { Inputs, run } from './run.ts';

type Numbers = ArrayLike<number>;

export interface Function64 {
  /** What is differentiated. */
  inputs: readonly { values: Float32Array; shape: readonly number[] }[];
  /** On the device. */
  build(tape: Tape, ...inputs: Tensor[]): Tensor;
  /** In float64. */
  reference(...inputs: Float64Array[]): Numbers;
  /** Of the largest value of a tensor. */
  relative?: number;
  name?: string;
}

/** Checks a recorded function and its gradients against central differences of its float64 reference. */
export async function checkGradient(
  gpu: Gpu,
  { inputs, build, reference, relative = 2e-6, name = '' }: Function64,
): Promise<void> {
  const memory = new Inputs(gpu);
  const tape = makeTape(gpu);
  const bound = inputs.map(({ values, shape }) => memory.put(values, shape));
  const y = build(tape, ...bound);
  const dy = new Draw(y.size).floats(y.size);
  tape.differentiate(y, memory.put(dy, y.shape));
  const [actual, ...gradients] = await run(tape, [y, ...bound.map((x) => tape.grad(x))]);
  memory.dispose();

  const point: Float64Array[] = inputs.map(({ values }) => Float64Array.from(values));
  expectNear(actual, reference(...point), relative, `${name} y`);
  gradients.forEach((gradient, n) => {
    const wanted = differences((x) => dot(dy, reference(...point.with(n, x))), point[n]);
    expectNear(gradient, wanted, relative, `${name} gradient ${n}`);
  });
}

/** Central differences of f at x. The step balances the truncation, h², against float64's rounding, 1e-16 / h. */
export function differences(f: (x: Float64Array) => number, x: Float64Array, h = 1e-5): Float64Array {
  return x.map((value, i) => (f(x.with(i, value + h)) - f(x.with(i, value - h))) / (2 * h));
}

export function dot(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
