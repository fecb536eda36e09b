import { describe, expect, it } from 'vitest';
import { mmd, type MmdKernel } from '../../src/kernels/mmd.ts';
import { multiply } from '../../src/kernels/elementwise.ts';
import { ShapeError } from '../../src/errors.ts';
import { mmd as reference } from '../reference/mmd.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { differences } from '../support/gradient.ts';
import { run, recording } from '../support/run.ts';
import { Draw } from '../support/random.ts';

/** The discrepancy of the `real` first rows, and its gradient times `coefficient`. */
async function onDevice(
  kernel: MmdKernel,
  z: Float32Array,
  p: Float32Array,
  columns: number,
  real: number,
  width: number,
  coefficient = 1,
) {
  const rows = z.length / columns;
  const { memory, tape, state } = await recording({ batch: rows, examples: real });
  const codes = memory.put(z, [rows, columns]);
  const sums = mmd(tape, kernel, codes, memory.put(p, [rows, columns]), state, width);
  tape.differentiate([{ sums, coefficient }]);
  const [values, dz] = await run(tape, [sums, tape.grad(codes)]);
  return { value: Array.from(values).reduce((a, b) => a + b, 0) / real, values, dz };
}

const wantedOf = (
  kernel: MmdKernel,
  z: Float32Array,
  p: Float32Array,
  columns: number,
  real: number,
  width: number,
) => {
  const first = (values: Float32Array) => Float64Array.from(values.subarray(0, real * columns));
  const place = first(z);
  const other = first(p);
  const value = (at: Float64Array) => reference(kernel, at, other, real, columns, width);
  return { value: value(place), dz: differences(value, place) };
};

describe.each(['imq', 'rbf'] as const)('%s', (kernel) => {
  it.each([
    [1, 1, 1],
    [2, 1, 2],
    [3, 2, 2],
    [3, 2, 1],
    [9, 5, 7],
    [17, 3, 17],
    [33, 8, 32],
  ])('of %i rows of %i numbers, %i of them real, with its gradient', async (rows, columns, real) => {
    const draw = new Draw(rows);
    const [z, p] = [draw.floats(rows * columns, -1, 3), draw.floats(rows * columns, -2, 2)];
    z.fill(1e3, real * columns);
    p.fill(-1e3, real * columns);
    const width = 2 * columns;
    const found = await onDevice(kernel, z, p, columns, real, width);
    const wanted = wantedOf(kernel, z, p, columns, real, width);
    expectClose([found.value], [wanted.value], 4e-6);
    expectNear(found.dz.subarray(0, real * columns), wanted.dz, 1e-5);
    expect([...found.values.subarray(real)].every((value) => value === 0)).toBe(true);
    expect([...found.dz.subarray(real * columns)].every((value) => value === 0)).toBe(true);
  });

  it('has its coefficient in the gradient', async () => {
    const draw = new Draw(5);
    const [z, p] = [draw.floats(24, -1, 1), draw.floats(24, -1, 1)];
    const [once, thrice] = [await onDevice(kernel, z, p, 3, 8, 2), await onDevice(kernel, z, p, 3, 8, 2, 3)];
    expect(thrice.value).toBe(once.value);
    const wanted = once.dz.map((v) => 3 * v);
    expectNear(thrice.dz, wanted, 1e-6);
  });
});

it('is 0 on average for equal distributions, and positive for different ones', async () => {
  const draw = new Draw(6);
  const rows = 64;
  const sample = (from: number) => draw.floats(rows * 2, from, from + 2);
  let [same, other] = [0, 0];
  for (let i = 0; i < 8; i++) {
    same += (await onDevice('imq', sample(-1), sample(-1), 2, rows, 4 / 3)).value / 8;
    other += (await onDevice('imq', sample(-1), sample(0), 2, rows, 4 / 3)).value / 8;
  }
  expect(Math.abs(same)).toBeLessThan(0.02);
  expect(other).toBeGreaterThan(0.5);
});

it('adds its gradient to an existing one, and passes it on', async () => {
  const { memory, tape, state } = await recording({ batch: 5, examples: 5 });
  const draw = new Draw(7);
  const [z, p, factors] = [draw.floats(15), draw.floats(15), draw.floats(15, 0.5, 2)];
  const codes = memory.put(z, [5, 3]);
  const scaled = multiply(tape, codes, memory.put(factors, [5, 3]));
  for (let i = 0; i < 2; i++) mmd(tape, 'rbf', scaled, memory.put(p, [5, 3]), state, 2);
  tape.differentiate();
  const [dz] = await run(tape, [tape.grad(codes)]);
  const place = z.map((v, i) => v * factors[i]);
  const wanted = wantedOf('rbf', place, p, 3, 5, 2).dz.map((v, i) => 2 * v * factors[i]);
  expectNear(dz, wanted, 1e-5);
});

it('refuses rows of different shapes', async () => {
  const { tape } = await recording();
  const state = tape.tensor([13], 'u32');
  expect(() => mmd(tape, 'imq', tape.tensor([2, 3]), tape.tensor([3, 2]), state, 1)).toThrow(ShapeError);
});
