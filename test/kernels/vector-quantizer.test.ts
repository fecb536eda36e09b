import { describe, expect, it } from 'vitest';
import { quantize } from '../../src/kernels/vector-quantizer.ts';
import { ShapeError } from '../../src/errors.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { expectNear } from '../support/close.ts';
import { recording, run, runOne } from '../support/run.ts';
import {
  expectMoved,
  expectQuantized,
  expectTallied,
  given,
  move,
  nameOf,
  type Sizes,
} from '../support/vector-quantizer.ts';

/** One of each, one row of whole vec4s, and more vectors than a workgroup has, with rows that are not real. */
const sizes: Sizes[] = [
  { rows: 1, real: 1, perRow: 1, columns: 1, entries: 1 },
  { rows: 5, real: 5, perRow: 7, columns: 4, entries: 37 },
  { rows: 9, real: 7, perRow: 49, columns: 3, entries: 70 },
];

const named = sizes.map((each) => [nameOf(each), each] as const);

it.each(named)(
  'takes the nearest entries and passes gradients straight through (rows, real rows, vectors of a row, columns, entries: %s)',
  (_, shape) => expectQuantized(shape),
);

it('adds its gradient to that of another kernel', async () => {
  const { memory, tape, state, draw, onDevice } = await given(sizes[1]);
  const [first, second] = [1, 2].map(() => quantize(tape, onDevice.z, onDevice.codebook, state).y);
  const dy = draw.floats(first.size);
  tape.differentiate(add(tape, first, second), memory.put(dy, first.shape));
  const [dz] = await run(tape, [tape.grad(onDevice.z)]);
  expectNear(dz, dy.map((value) => 2 * value), 1e-7);
}); // prettier-ignore

it('takes the lowest of equal entries', async () => {
  const { memory, tape, state } = await recording({ batch: 1, examples: 1 });
  const codebook = Array.from({ length: 70 }, (_, k) => (k === 66 || k === 41 || k === 9 ? 1 : 5));
  const { at } = quantize(tape, memory.put([1], [1, 1]), memory.put(codebook, [70, 1]), state);
  expect([...(await runOne(tape, at))]).toEqual([9]);
});

it('keeps values that are not finite, so that they are detected', async () => {
  const { memory, tape, state, codebook, onDevice } = await given(sizes[1]);
  const z = memory.poisoned([5, 28]);
  const { y, commitment } = quantize(tape, z, onDevice.codebook, state);
  const [values] = await run(tape, [y, commitment]);
  expect(codebook.length).toBe(148);
  expect([...values].every(Number.isNaN)).toBe(true);
});

it.each(named)('counts entries and sums their vectors: %s', (_, shape) => expectTallied(shape));

describe('a codebook that follows the vectors', () => {
  it.each(named)('moves by averages, and revives dead entries: %s', (_, shape) => expectMoved(shape));

  it('does not change after a step has gone bad', async () => {
    const { after, before } = await move(sizes[1], Array<number>(37).fill(4), true);
    before.forEach((each, i) => expect([...after[i]]).toEqual([...each]));
    expect([...after[3]].every(Number.isNaN)).toBe(true);
  });
});

it('refuses vectors of another length than the entries', async () => {
  const { memory, tape, state, onDevice } = await given(sizes[1]);
  expect(() => quantize(tape, memory.put(new Float32Array(10), [2, 5]), onDevice.codebook, state)).toThrow(
    new ShapeError('quantize: rows of 5 numbers are not made of whole entries of a codebook [37, 4]'),
  );
});
