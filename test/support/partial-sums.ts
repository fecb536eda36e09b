import { expect } from 'vitest';
import { multiply } from '../../src/kernels/elementwise.ts';
import { sumRowsLater } from '../../src/kernels/partial-sums.ts';
import { sumRowsInto } from '../../src/kernels/reduce.ts';
import { Parameters } from '../../src/runtime/parameters.ts';
import { compile } from '../../src/runtime/plan.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { readTensors, writeTensor, type Tensor } from '../../src/runtime/tensor.ts';
import { reduce, total } from '../reference/reduce.ts';
import { expectClose } from './close.ts';
import { forThisTest } from './for-this-test.ts';
import type { Draw } from './random.ts';
import { recording, type Inputs } from './run.ts';

/** A gradient as the sum of so many rows: [rows, values]. */
export type Sum = readonly [rows: number, values: number];

/** Values as something that a dispatch has written. */
export const recorded = (tape: Tape, memory: Inputs, values: ArrayLike<number>, shape: readonly number[]): Tensor =>
  multiply(tape, memory.put(values, shape), memory.put(new Float32Array(values.length).fill(1), shape));

/** Runs what is recorded, in buffers full of NaN. Returns the names of the dispatches, without those of `recorded`. */
export async function ran(tape: Tape): Promise<string[]> {
  const plan = forThisTest(await compile(tape));
  plan.poison();
  await plan.run();
  return plan.labels.filter((label) => label !== 'multiply');
}

/** Runs what adds up each parameter's rows, over gradients full of NaN; `begun` of them have been begun by ones. Returns all of the gradients, and the names of the dispatches. */
async function gradientsOf(
  sums: readonly Sum[],
  rows: readonly Float32Array[],
  addUp: (tape: Tape, x: Tensor, y: Tensor) => void,
  begun = 0,
) {
  const { gpu, memory, tape } = await recording();
  const specs = sums.map(([, values], i) => ({ name: `p${i}`, shape: [values], initial: new Float32Array(values) }));
  const parameters = forThisTest(new Parameters(gpu, specs));
  writeTensor(gpu, parameters.gradients, new Float32Array(parameters.gradients.size).fill(NaN));
  const y = tape.tensor([1]);
  tape.backward(y, () =>
    sums.forEach(([length, values], i) => {
      const gradient = tape.grad(parameters.get(`p${i}`));
      if (i < begun) sumRowsInto(tape, memory.put(new Float32Array(values).fill(1), [1, values]), gradient);
      addUp(tape, recorded(tape, memory, rows[i], [length, values]), gradient);
    }),
  );
  tape.differentiate(y, memory.put([1]));
  const labels = await ran(tape);
  const [gradients] = await readTensors(gpu, [parameters.gradients]);
  return { gradients, labels };
}

export const later = (tape: Tape, x: Tensor, y: Tensor) => sumRowsLater(tape, x, y, true);

/** Where each parameter's gradient begins: parameters lie 64 values apart. */
const starts = (sums: readonly Sum[]): number[] =>
  sums.map((_, i) => sums.slice(0, i).reduce((at, [, values]) => at + Math.ceil(values / 64) * 64, 0));

/** Checks the sums against float64, and bit for bit against a dispatch or more for each of them. */
export async function checkSums(sums: readonly Sum[], draw: Draw, begun = 0): Promise<string[]> {
  const rows = sums.map(([length, values]) => draw.floats(length * values));
  const { gradients, labels } = await gradientsOf(sums, rows, later, begun);
  const each = await gradientsOf(sums, rows, sumRowsInto, begun);
  // The padding too: it was NaN and is.
  expect(new Uint32Array(gradients.buffer)).toEqual(new Uint32Array(each.gradients.buffer));
  starts(sums).forEach((start, i) => {
    const [length, values] = sums[i];
    const wanted = reduce(rows[i], [length, values], 0, total).map((v) => v + (i < begun ? 1 : 0));
    const tolerance = 2 ** -24 * 2 * Math.sqrt(length) * Math.sqrt(length) + 1e-6;
    expectClose(gradients.slice(start, start + values), wanted, tolerance, `${length} rows of ${values}`);
  });
  return labels;
}
