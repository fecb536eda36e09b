import { expect } from 'vitest';
import { talliedTogether, tallyShader } from '../../shaders/vector-quantizer.ts';
import { moveEntries, perplexity, quantize, tally, tallyTotals } from '../../src/kernels/vector-quantizer.ts';
import { philox, streams } from '../../src/runtime/random.ts';
import { writeState } from '../../src/runtime/state.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import { readTensors } from '../../src/runtime/tensor.ts';
import * as reference from '../reference/vector-quantizer.ts';
import { expectClose, expectNear } from './close.ts';
import { differences, dot } from './gradient.ts';
import { recording, run } from './run.ts';
import { Draw } from './random.ts';

export interface Sizes {
  rows: number;
  real: number;
  perRow: number;
  columns: number;
  entries: number;
}

export const nameOf = (sizes: Sizes) => Object.values(sizes).join(' ');

/** Whether an entry has no vectors before a step that moves the codebook. */
const dies = (entry: number) => entry % 3 === 1;

/** With `far`, no vector is near an entry that dies. */
export async function given({ rows, real, perRow, columns, entries }: Sizes, far = false) {
  const { gpu, memory, tape, state } = await recording({ batch: rows, examples: real, seed: 7 });
  const draw = new Draw(rows + 10 * entries);
  const z = draw.floats(rows * perRow * columns, -1, 2);
  const codebook = draw.floats(entries * columns, -1, 2);
  if (far) codebook.forEach((_, i) => (codebook[i] += dies(Math.floor(i / columns)) ? 100 : 0));
  return {
    gpu, memory, tape, state, z, codebook, draw, realNumbers: real * perRow * columns,
    onDevice: { z: memory.put(z, [rows, perRow * columns]), codebook: memory.put(codebook, [entries, columns]) },
  }; // prettier-ignore
}

/** The nearest entries, their losses and gradients are those of float64. */
export async function expectQuantized(shape: Sizes): Promise<void> {
  const { real, perRow, columns } = shape;
  const { memory, tape, state, z, codebook, draw, onDevice, realNumbers } = await given(shape);
  const [pull, learning] = [0.25, 0.7];
  const { y, at, commitment, drift } = quantize(tape, onDevice.z, onDevice.codebook, state, true);
  const dy = draw.floats(z.length);
  const losses = [{ sums: commitment, coefficient: pull }, { sums: drift!, coefficient: learning }];
  tape.differentiate(y, memory.put(dy, onDevice.z.shape), losses);
  const wantedAt = reference.nearest(z, codebook, columns);
  const found = await run(tape, [y, at, commitment, drift!, tape.grad(onDevice.z), tape.grad(onDevice.codebook)]);
  expect([...found[1]]).toEqual(wantedAt);
  const entries = reference.entriesAt(codebook, wantedAt, columns);
  expectNear(found[0], entries, 1e-7);

  const distance = (z: ArrayLike<number>, e: ArrayLike<number>) =>
    Array.from({ length: realNumbers }, (_, i) => (z[i] - e[i]) ** 2).reduce((a, b) => a + b, 0) / (perRow * columns * real);
  for (const sums of [found[2], found[3]]) {
    expectClose([Array.from(sums).reduce((a, b) => a + b, 0) / real], [distance(z, entries)], 1e-6);
    expect([...sums.subarray(real * perRow)].every((value) => value === 0)).toBe(true);
  }
  const scale = 2 / (perRow * columns * real);
  const dz = dy.map((value, i) => value + (i < realNumbers ? pull * scale * (z[i] - entries[i]) : 0));
  expectNear(found[4], dz, 1e-6);
  const dcodebook = new Float64Array(codebook.length);
  for (let i = 0; i < realNumbers; i++)
    dcodebook[wantedAt[Math.floor(i / columns)] * columns + (i % columns)] += learning * scale * (entries[i] - z[i]);
  expectNear(found[5], dcodebook, 1e-6);
  if (z.length > 200) return;
  // The formulas above are the slopes.
  const slopes = differences((at) => dot(dy, at) + pull * distance(at, entries), Float64Array.from(z));
  expectNear(dz, slopes, 1e-6);
  const ofEntries = (at: Float64Array) => learning * distance(z, reference.entriesAt(at, wantedAt, columns));
  expectNear(dcodebook, differences(ofEntries, Float64Array.from(codebook)), 1e-6);
} // prettier-ignore

/** The counts and sums of each entry are those of float64. */
export async function expectTallied(shape: Sizes): Promise<void> {
  const { real, perRow, columns, entries } = shape;
  const { tape, state, z, codebook, onDevice } = await given(shape);
  const { at } = quantize(tape, onDevice.z, onDevice.codebook, state);
  const alone = tally(tape, at, entries, state);
  const { counts, totals, stretches } = tallyTotals(tape, at, onDevice.z, onDevice.codebook, state);
  const sum = perplexity(tape, alone, at, state);
  const found = await run(tape, [alone, counts, totals, sum]);
  const taken = reference.nearest(z, codebook, columns).slice(0, real * perRow);
  const wanted = reference.countsOf(taken, entries);
  const together = (values: ArrayLike<number>) => sumOver(stretches, values);
  expect(found[0].length).toBe(Math.ceil((shape.rows * perRow) / 256) * entries);
  for (const each of [found[0], found[1]]) expect(together(each)).toEqual(wanted);
  expectNear(together(found[2]), totalsOf(taken, z, shape), 1e-6);
  expectNear([found[3][0] / real], [reference.perplexity(wanted)], 1e-6);
}

/** Stretches of several blocks, which only a large batch and codebook have, have the counts and sums of float64. */
export async function expectTalliedInBlocks(shape: Sizes): Promise<void> {
  const { rows, real, perRow, columns, entries } = shape;
  const vectors = rows * perRow;
  const stretch = 2 * talliedTogether;
  const stretches = Math.ceil(vectors / stretch);
  const { tape, state, z, codebook, onDevice } = await given(shape);
  const { at } = quantize(tape, onDevice.z, onDevice.codebook, state);
  const counts = tape.tensor([stretches, entries]);
  const totals = tape.tensor([stretches, entries, columns]);
  tape.run(
    tallyShader(true),
    { at, state, counts, z: onDevice.z, totals },
    { constants: { vectors, entries, stretch, stretches, columns }, workgroups: entries * stretches },
  );
  const found = await run(tape, [counts, totals]);
  const taken = reference.nearest(z, codebook, columns).slice(0, real * perRow);
  expect(sumOver(stretches, found[0])).toEqual(reference.countsOf(taken, entries));
  expectNear(sumOver(stretches, found[1]), totalsOf(taken, z, shape), 1e-6);
}

/** Adds up the parts, which lie one behind the other. */
function sumOver(parts: number, values: ArrayLike<number>): number[] {
  const size = values.length / parts;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: parts }, (_, part) => values[part * size + i]).reduce((a, b) => a + b, 0),
  );
}

/** The sums of the vectors of each entry. */
function totalsOf(taken: readonly number[], z: ArrayLike<number>, { columns, entries }: Sizes): Float64Array {
  const sums = new Float64Array(entries * columns);
  taken.forEach((k, n) => {
    for (let c = 0; c < columns; c++) sums[k * columns + c] += z[n * columns + c];
  });
  return sums;
}

const decay = 0.9;

/** A codebook after one step, as float64 has it, and before. */
export async function move(shape: Sizes, clusterSize: number[], bad = false) {
  const { gpu, memory, tape, state, z, codebook, draw, onDevice, realNumbers } = await given(shape, true);
  const { real, rows, columns, entries, perRow } = shape;
  writeState(gpu, state, { batch: rows, examples: real, seed: 7, step: 3, ...(bad && { bad: 0 }) });
  const before = { codebook, clusterSize, clusterSum: draw.floats(codebook.length) };
  const put = { codebook: onDevice.codebook, clusterSize: memory.put(clusterSize), clusterSum: memory.put(before.clusterSum, [entries, columns]) };
  const kept = memory.poisoned([2 * codebook.length + entries]);
  const { at } = quantize(tape, onDevice.z, put.codebook, state);
  moveEntries(tape, onDevice.z, at, put, { decay, draws: { state, which: 2 }, kept });
  await run(tape, []);
  const after = (await readTensors(gpu, [put.codebook, put.clusterSize, put.clusterSum, kept] as Tensor[])) as Float32Array[];
  const doubles = (values: ArrayLike<number>) => Float64Array.from(values);
  const vectors = real * perRow;
  const offset = philox([0, 0, 3, 2], [7, streams.noise])[0] % vectors;
  const real64 = doubles(z.subarray(0, realNumbers));
  const wanted = reference.moved(
    { codebook: doubles(codebook), clusterSize: doubles(clusterSize), clusterSum: doubles(before.clusterSum) },
    real64,
    reference.nearest(real64, codebook, columns),
    columns,
    decay,
    offset,
  );
  return { after, wanted, before: [codebook, Float32Array.from(clusterSize), before.clusterSum] };
} // prettier-ignore

/** The codebook moves as in float64. */
export async function expectMoved(shape: Sizes): Promise<void> {
  const size = Array.from({ length: shape.entries }, (_, k) => (dies(k) ? 0 : 5));
  const { after, wanted, before } = await move(shape, size);
  expectNear(after[0], wanted.codebook, 2e-6, 'codebook');
  expectNear(after[1], wanted.clusterSize, 1e-6, 'sizes');
  expectNear(after[2], wanted.clusterSum, 2e-6, 'sums');
  expect([...after[3]]).toEqual(before.flatMap((each) => [...each]));
}
