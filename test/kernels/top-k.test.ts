import { describe, expect, it } from 'vitest';
import { dense } from '../../src/kernels/dense.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { beyond, topKOfBatch } from '../../src/kernels/top-k-batch.ts';
import { topK } from '../../src/kernels/top-k.ts';
import { makeState, writeState } from '../../src/runtime/state.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { readTensors } from '../../src/runtime/tensor.ts';
import { topKAmong } from '../reference/dead-latents.ts';
import { dense as denseReference } from '../reference/dense.ts';
import { largest, largestOfRows, movedThreshold, only, topK as reference } from '../reference/top-k.ts';
import { expectClose } from '../support/close.ts';
import { catchGpuErrors, sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { Inputs, run } from '../support/run.ts';
import { takenFor } from '../support/taken-for.ts';

catchGpuErrors();

const bitsOf = (values: ArrayLike<number>) => [...new Uint32Array(Float32Array.from(values).buffer)];

/** Values of many kinds: some equal, both zeros, numbers close to each other, tiny and huge ones. */
const mixed = (draw: Draw, size: number): Float32Array => {
  const kinds = draw.floats(size, 0, 6);
  const values = draw.floats(size);
  const signs = draw.floats(size);
  return values.map((value, i) => {
    const sign = Math.sign(signs[i]);
    const of = [() => sign * 0, () => value, () => 1 + value * 1e-6, () => value * 1e30, () => value * 1e-39];
    return (of[Math.floor(kinds[i])] ?? (() => sign * 0.5))();
  });
};

/** Values in any order, each some way from the next. */
const apart = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => ((i * 379) % size) / 4 - size / 16);

describe.each([false, true])('the k largest of each row, on a processor: %s', (isFallback) => {
  const shared = () => takenFor(isFallback);

  it.each([
    [1, 1, 1],
    [3, 2, 1],
    [2, 5, 5],
    [7, 66, 9],
    [4, 255, 1],
    [3, 256, 255],
    [3, 257, 30],
    [2, 1000, 64],
    [5, 4099, 32],
    [1, 65_536, 64],
    [40, 3, 2],
  ])('of %i rows of %i: %i', async (rows, columns, k) => {
    const gpu = await shared();
    for (const seed of [1, 2]) {
      const memory = new Inputs(gpu);
      const x = mixed(new Draw(rows * columns + seed), rows * columns);
      const tape = makeTape(gpu);
      const made = topK(tape, memory.put(x, [rows, columns]), k);
      expect(tape.dispatches).toHaveLength(1);
      const [y, indices, values] = await run(tape, [made.y, made.indices, made.values]);
      memory.dispose();
      const places = largestOfRows(x, columns, k);
      expect([...indices]).toEqual(places.map((place) => place % columns));
      expect(bitsOf(values)).toEqual(bitsOf(places.map((place) => x[place])));
      expect(bitsOf(y)).toEqual(bitsOf(only(x, places)));
    }
  });

  it('of equals takes those in front', async () => {
    const gpu = await shared();
    const memory = new Inputs(gpu);
    const tape = makeTape(gpu);
    const x = Float32Array.from({ length: 3 * 700 }, (_, i) => (i % 700 === 600 ? 2 : i >= 1400 ? -3 : i % 2 ? 0 : -0));
    const { indices } = topK(tape, memory.put(x, [3, 700]), 4);
    const [found] = await run(tape, [indices]);
    memory.dispose();
    expect([...found]).toEqual([0, 1, 2, 600, 0, 1, 2, 600, 0, 1, 2, 600]);
  });

  it('leaves no NaN out, and takes infinities for what they are', async () => {
    const gpu = await shared();
    const memory = new Inputs(gpu);
    const tape = makeTape(gpu);
    const x = memory.put([1, -Infinity, Infinity, 0, 5, 2, 3, 4], [1, 8]);
    const { buffer, offset } = (x.home as { range: { buffer: GPUBuffer; offset: number } }).range;
    // A NaN with its sign, as processors make it of 0 · ∞.
    gpu.device.queue.writeBuffer(buffer, offset + 12, new Uint32Array([0xffc00000]));
    const { y, indices } = topK(tape, x, 3);
    const [values, found] = await run(tape, [y, indices]);
    memory.dispose();
    expect([...found]).toEqual([2, 3, 4]);
    expect([...values]).toEqual([0, 0, Infinity, NaN, 5, 0, 0, 0]);
  });

  it('takes the NaN in front where there are several', async () => {
    const gpu = await shared();
    const memory = new Inputs(gpu);
    const tape = makeTape(gpu);
    const { y, indices } = topK(tape, memory.poisoned([1, 4]), 2);
    const [values, found] = await run(tape, [y, indices]);
    memory.dispose();
    expect([...found]).toEqual([0, 1]);
    expect([...values]).toEqual([NaN, NaN, 0, 0]);
  });

  it.each([
    [1, 1, 1],
    [5, 7, 3],
    [2, 130, 20],
  ])('hand their gradient on, %i rows of %i: %i', async (rows, columns, k) => {
    const gpu = await shared();
    await checkGradient(gpu, {
      inputs: [{ values: apart(rows * columns), shape: [rows, columns] }],
      build: (tape, x) => topK(tape, x, k).y,
      reference: (x) => reference(x, columns, k),
    });
    await checkGradient(gpu, {
      inputs: [{ values: apart(rows * columns), shape: [rows, columns] }],
      build: (tape, x) => add(tape, topK(tape, x, k).y, topK(tape, x, 1).y),
      reference(x) {
        const first = reference(x, columns, 1);
        return reference(x, columns, k).map((value, i) => value + first[i]);
      },
      name: 'of two',
    });
  });

  it('hand a gradient on through a kept 0, not through one that is not', async () => {
    const gpu = await shared();
    const memory = new Inputs(gpu);
    const tape = makeTape(gpu);
    const x = memory.put([0, -1, 0, 0], [1, 4]);
    const { y } = topK(tape, x, 2);
    tape.differentiate(y, memory.put([1, 2, 3, 4], [1, 4]));
    const [dx] = await run(tape, [tape.grad(x)]);
    memory.dispose();
    expect([...dx]).toEqual([1, 0, 3, 0]);
  });
});

describe.each([false, true])('the k largest of some columns, on a processor: %s', (isFallback) => {
  const shared = () => takenFor(isFallback);

  it.each([
    [1, 1, 1],
    [3, 7, 2],
    [5, 130, 4],
    [4, 600, 40],
    [2, 2000, 200],
  ])('of %i rows of %i: %i, whichever count', async (rows, columns, k) => {
    const gpu = await shared();
    const x = mixed(new Draw(rows * columns), rows * columns);
    for (const every of [1, 2, 7, 5000]) {
      const among = Array.from({ length: columns }, (_, j) => j % every === every - 1);
      const memory = new Inputs(gpu);
      const tape = makeTape(gpu);
      const made = topK(tape, memory.put(x, [rows, columns]), k, memory.put(among.map(Number), [columns], 'u32'));
      const [y, indices, values] = await run(tape, [made.y, made.indices, made.values]);
      memory.dispose();
      expect(bitsOf(y)).toEqual(bitsOf(topKAmong(x, among, k)));
      expect(bitsOf(values)).toEqual(bitsOf([...indices].map((j, n) => y[Math.floor(n / k) * columns + j])));
      expect([...indices].every((j, n) => n % k === 0 || j > indices[n - 1])).toBe(true);
    }
  });

  it('takes no notice of a NaN in another column', async () => {
    const gpu = await shared();
    const memory = new Inputs(gpu);
    const tape = makeTape(gpu);
    const x = memory.put([3, 1, 2, 0], [1, 4]);
    const { buffer, offset } = (x.home as { range: { buffer: GPUBuffer; offset: number } }).range;
    gpu.device.queue.writeBuffer(buffer, offset, new Uint32Array([0x7fc00000]));
    const { y } = topK(tape, x, 2, memory.put([0, 1, 0, 1], [4], 'u32'));
    const [found] = await run(tape, [y]);
    memory.dispose();
    expect([...found]).toEqual([0, 1, 0, 0]);
  });

  it.each([
    [1, 2, 1],
    [5, 7, 3],
    [2, 130, 20],
  ])('hand their gradient on, %i rows of %i: %i', async (rows, columns, k) => {
    const gpu = await shared();
    for (const every of [1, 2, 100]) {
      const among = Array.from({ length: columns }, (_, j) => j % every === every - 1);
      const memory = new Inputs(gpu);
      await checkGradient(gpu, {
        inputs: [{ values: apart(rows * columns), shape: [rows, columns] }],
        build(tape, x) {
          const some = topK(tape, x, k, memory.put(among.map(Number), [columns], 'u32')).y;
          return add(tape, some, topK(tape, x, 1).y);
        },
        reference(x) {
          const first = reference(x, columns, 1);
          return topKAmong(x, among, k).map((value, i) => value + first[i]);
        },
        name: `every ${every}`,
      });
      memory.dispose();
    }
  });

  it.each([
    [3, 40, 2],
    [33, 36, 2],
  ])('lead gradients past products with all columns, %i rows of %i: %i', async (rows, columns, k) => {
    const gpu = await shared();
    const draw = new Draw(columns);
    const [x, w, bias, out] = [[rows, 5], [columns, 5], [columns], [4, columns]].map((shape) => ({
      values: draw.floats(shape.reduce((p, n) => p * n, 1)),
      shape,
    }));
    for (const every of [1, 3, 30]) {
      const among = Array.from({ length: columns }, (_, j) => j % every === every - 1);
      const memory = new Inputs(gpu);
      await checkGradient(gpu, {
        inputs: [x, w, bias, out],
        build(tape, x, w, bias, out) {
          const latents = dense(tape, x, w, bias, 'tanh');
          return dense(tape, topK(tape, latents, k, memory.put(among.map(Number), [columns], 'u32')).y, out, undefined);
        },
        reference(x, w, bias, out) {
          const latents = denseReference(x, w, bias, 5, 'tanh');
          return denseReference(topKAmong(latents, among, k), out, new Float64Array(4), columns, 'linear');
        },
        relative: 1e-5,
        name: `every ${every}`,
      });
      memory.dispose();
    }
  });
});

interface BatchCase {
  rows: number;
  columns: number;
  k: number;
  real?: number;
  x?: Float32Array;
  bad?: boolean;
  twice?: boolean;
  batches?: number;
}

async function ofBatch({
  isFallback,
  rows,
  columns,
  k,
  real = rows,
  bad = false,
  twice = false,
  batches = 4,
  ...given
}: BatchCase & { isFallback: boolean }) {
  const gpu = await takenFor(isFallback);
  const memory = new Inputs(gpu);
  const draw = new Draw(rows * columns);
  const x = given.x ?? mixed(draw, rows * columns);
  const state = makeState(gpu);
  writeState(gpu, state, { batch: rows, examples: real, ...(bad && { bad: 1 }) });
  const [threshold, batchesTracked, kept] = [memory.put([0.75]), memory.put([batches]), memory.poisoned([2])];
  const tape = makeTape(gpu);
  const input = memory.put(x, [rows, columns]);
  const options = { state, threshold, batchesTracked, rate: 0.01, kept };
  const y = topKOfBatch(tape, input, k, options);
  const dispatches = tape.dispatches.length;
  const whole = twice ? add(tape, y, topKOfBatch(tape, input, 1, { ...options, kept: undefined })) : y;
  const dy = draw.floats(rows * columns);
  tape.differentiate(whole, memory.put(dy, [rows, columns]));
  const [values, dx] = await run(tape, [whole, tape.grad(input)]);
  const [[moved], [tracked], before] = await readTensors(gpu, [threshold, batchesTracked, kept]);
  memory.dispose();
  state.dispose();
  return { x, dy, values, dx, moved, tracked, before, dispatches, size: real * columns };
}

describe.each([false, true])('the largest of a batch, on a processor: %s', (isFallback) => {
  it.each<BatchCase>([
    { rows: 1, columns: 1, k: 1 },
    { rows: 2, columns: 3, k: 3 },
    { rows: 5, columns: 7, k: 2, real: 3 },
    { rows: 3, columns: 100, k: 9, real: 1 },
    { rows: 40, columns: 66, k: 5, real: 37 },
    { rows: 64, columns: 1030, k: 17, real: 61 },
    { rows: 9, columns: 30, k: 12, x: new Float32Array(270).map((_, i) => (i % 5 ? 0 : -1)) },
    { rows: 9, columns: 30, k: 12, x: new Float32Array(270).map((_, i) => (i % 11 ? -1 : 1 + i)) },
    { rows: 9, columns: 30, k: 12, x: new Float32Array(270).map((_, i) => (i % 2 ? 1 : 2)), batches: 0 },
    { rows: 16, columns: 4100, k: 3, x: new Float32Array(65_600).fill(7), batches: 500 },
  ])('of $rows rows of $columns, $k for each: %#', async (each) => {
    const { k, columns, batches = 4 } = each;
    const found = await ofBatch({ ...each, isFallback });
    const real = found.x.subarray(0, found.size);
    const places = largest(real, (k * found.size) / columns);
    const kept = places.map((place) => real[place]);
    expect(bitsOf(found.values)).toEqual(bitsOf(only(found.x, places)));
    expect(bitsOf(found.dx)).toEqual(bitsOf(only(found.dy, places)));
    const { threshold, batches: tracked } = movedThreshold(0.75, batches, kept);
    expectClose([found.moved], [threshold], Math.abs(threshold) * 1e-6);
    expect(found.tracked).toBe(tracked);
    expect([...found.before]).toEqual([0.75, batches]);
    expect(found.dispatches).toBe(10 + 2 * Math.ceil(Math.log2(Math.max(2, found.x.length)) / 8));
  });

  it('add their gradient to another', async () => {
    const { x, dy, dx } = await ofBatch({ isFallback, rows: 6, columns: 50, k: 4, x: apart(300), twice: true });
    const [four, one] = [24, 6].map((count) => only(dy, largest(x, count)));
    expect(bitsOf(dx)).toEqual(bitsOf(four.map((value, i) => Math.fround(value + one[i]))));
  });

  it('leave the threshold as it is once a step has gone bad', async () => {
    const { moved, tracked, before } = await ofBatch({ isFallback, rows: 6, columns: 50, k: 4, bad: true });
    expect([moved, tracked]).toEqual([0.75, 4]);
    expect([...before]).toEqual([NaN, NaN]);
  });
});

it('takes what is beyond a threshold, NaN too', async () => {
  const gpu = await sharedGpu();
  for (const threshold of [0, 0.5, -0.25]) {
    const memory = new Inputs(gpu);
    const x = mixed(new Draw(3), 700);
    x[600] = NaN;
    x[601] = threshold;
    const tape = makeTape(gpu);
    const y = beyond(tape, memory.put(x, [7, 100]), memory.put([threshold]));
    expect(tape.dispatches).toHaveLength(1);
    const [values] = await run(tape, [y]);
    memory.dispose();
    expect(bitsOf(values)).toEqual(bitsOf(x.map((value) => (value <= threshold ? 0 : value))));
  }
});
