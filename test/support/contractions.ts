import { expect } from 'vitest';
import { type ActivationName } from '../../src/kernels/activation.ts';
import { contraction } from '../../src/kernels/contraction.ts';
import { dense } from '../../src/kernels/dense.ts';
import { contraction as reference, type Layer } from '../reference/contraction.ts';
import { expectNear } from './close.ts';
import { smallTiles } from './gpu.ts';
import { differences } from './gradient.ts';
import { Draw } from './random.ts';
import { perRow } from './row-sums.ts';
import { recording, run } from './run.ts';

export interface Case {
  /** Features, then the units of each layer. */
  sizes: readonly number[];
  activations: readonly ActivationName[];
  /** x, then each layer's weight and bias. */
  values: Float32Array[];
  rows: number;
  /** Rows that the state calls real; the others are past the end of the epoch. */
  real: number;
  u?: Float32Array;
}

export async function check(each: Case, relative: number, name: string) {
  const actual = await onDevice(each);
  const wanted = wantedOf(each);
  expectNear(actual.perRow, wanted.perRow, relative, `${name} values`);
  actual.gradients.forEach((gradient, n) =>
    expectNear(gradient, wanted.gradients[n], relative, `${name} gradient ${n}`),
  );
  return actual;
}

/** Checks a stack of which the last product is known: as a product with w wᵀ, or as a square. */
export async function checkBy(each: Case, by: string): Promise<void> {
  const { labels } = await check(each, 4e-6, by);
  expect(labels.filter((label) => label.endsWith('with gradient'))).toEqual([`${by} with gradient`]);
}

/** Checks that the estimate is ‖J‖² on average over all vectors of signs, and so is its gradient. */
export async function checkAverage(sizes: readonly number[], activations: readonly ActivationName[]): Promise<void> {
  const code = sizes.at(-1)!;
  const rows = 2 ** code;
  const one = drawn(new Draw(8), sizes, activations, { rows: 1 });
  const repeated = Float32Array.from({ length: rows * sizes[0] }, (_, i) => one.values[0][i % sizes[0]]);
  const u = Float32Array.from({ length: rows * code }, (_, i) => ((Math.floor(i / code) >> (i % code)) & 1 ? 1 : -1));
  const actual = await onDevice({ ...one, values: one.values.with(0, repeated), rows, real: rows, u });
  const wanted = wantedOf(one);
  expect(new Set(actual.perRow).size).toBeGreaterThan(1);
  expectNear([actual.perRow.reduce((sum, value) => sum + value / rows, 0)], wanted.perRow, 1e-6, 'mean');
  // Of x there are many copies, each with its share.
  const [dx, ...rest] = actual.gradients;
  const together = Float64Array.from({ length: sizes[0] }, (_, i) =>
    Array.from({ length: rows }, (_, r) => dx[r * sizes[0] + i]).reduce((a, b) => a + b, 0),
  );
  [together, ...rest].forEach((gradient, n) => expectNear(gradient, wanted.gradients[n], 4e-6, `gradient ${n}`));
}

/** Random values for layers of these sizes. */
export function drawn(
  draw: Draw,
  sizes: readonly number[],
  activations: readonly ActivationName[],
  { rows = 4, real = rows, estimate = false }: { rows?: number; real?: number; estimate?: boolean } = {},
): Case {
  const layers = activations.flatMap((_, l) => [draw.offZero(sizes[l] * sizes[l + 1], 0.3), draw.floats(sizes[l + 1])]);
  const values = [draw.floats(rows * sizes[0]), ...layers];
  return { sizes, activations, values, rows, real, u: estimate ? draw.floats(rows * sizes.at(-1)!, -2, 2) : undefined };
}

export const factor = 0.7;

export const layersOf = (
  [, ...parameters]: readonly ArrayLike<number>[],
  activations: readonly ActivationName[],
): Layer[] => activations.map((activation, l) => ({ w: parameters[2 * l], bias: parameters[2 * l + 1], activation }));

/** Each row's value, added up over its strips, and the gradients of the batch's mean in the order of `values`. */
export async function onDevice({ sizes, activations, values, rows, real, u }: Case, gradient = true) {
  const epoch = { batch: rows, examples: 100, position: 100 - real };
  const { memory, tape, state } = await recording(epoch, await smallTiles());
  const shapes = [[rows, sizes[0]], ...activations.flatMap((_, l) => [[sizes[l + 1], sizes[l]], [sizes[l + 1]]])];
  const [x, ...parameters] = values.map((each, n) => memory.put(each, shapes[n]));
  let y = x;
  const layers = activations.map((activation, l) => {
    const [w, bias] = parameters.slice(2 * l);
    y = dense(tape, y, w, bias, activation);
    return { w, y };
  });
  const sums = contraction(tape, layers, state, factor, u && memory.put(u, [rows, sizes.at(-1)!]));
  if (gradient) tape.differentiate();
  const labels = tape.dispatches.map(({ shader }) => shader.label);
  // Where no slope bends, nothing writes the gradients of x and of the biases: they are zero.
  const touched = new Set(tape.dispatches.flatMap(({ tensors }) => tensors));
  const gradients = [x, ...parameters].map((each) => tape.grad(each));
  const written = gradients.filter((each) => touched.has(each));
  const [strips, ...found] = await run(tape, [sums, ...written]);
  return {
    perRow: perRow(strips, rows),
    gradients: gradients.map((each, n) => found[written.indexOf(each)] ?? new Float32Array(values[n].length)),
    labels,
  };
}

/** In float64: each row's value, and the mean's gradients by differences. Rows past the real ones count nothing. */
export function wantedOf({ sizes, activations, values, real, u }: Case) {
  const point: Float64Array[] = values.map((each) => Float64Array.from(each));
  const perRow = (all: readonly Float64Array[]) =>
    reference(layersOf(all, activations), all[0], sizes[0], factor, u).map((value, r) => (r < real ? value : 0));
  const mean = (all: readonly Float64Array[]) => perRow(all).reduce((sum, value) => sum + value / real, 0);
  return {
    perRow: perRow(point),
    gradients: point.map((each, n) => differences((moved) => mean(point.with(n, moved)), each)),
  };
}
