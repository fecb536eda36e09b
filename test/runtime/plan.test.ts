import { afterEach, describe, expect, it, vi } from 'vitest';
import { add, multiply } from '../../src/kernels/elementwise.ts';
import { sum } from '../../src/kernels/reduce.ts';
import { compile } from '../../src/runtime/plan.ts';
import { tape as makeTape, type Dispatch, type Tape } from '../../src/runtime/tape.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';
import { recording, run, type Inputs } from '../support/run.ts';

afterEach(() => void vi.restoreAllMocks());

interface Node {
  tensor: Tensor;
  values: Float64Array;
}

/** A random graph of sums and products of vectors of a few lengths, with what it should come to in float64. */
function randomGraph(tape: Tape, memory: Inputs, draw: Draw, size: number): Node[] {
  const lengths = [8, 70, 300];
  const nodes = lengths.map((length): Node => {
    const values = draw.floats(length);
    return { tensor: memory.put(values), values: Float64Array.from(values) };
  });
  while (nodes.length < size) {
    const a = draw.pick(nodes);
    const b = draw.pick(nodes.filter(({ values }) => values.length === a.values.length));
    const [record, combine] = draw.whole(0, 1)
      ? ([add, (p: number, q: number) => p + q] as const)
      : ([multiply, (p: number, q: number) => p * q] as const);
    // Halved on the way, so that nothing grows without bound.
    const half = memory.put([0.5]);
    nodes.push({
      tensor: multiply(tape, record(tape, a.tensor, b.tensor), half),
      values: a.values.map((v, i) => 0.5 * combine(v, b.values[i])),
    });
  }
  return nodes;
}

/** The buffer each tensor was given, as the bind groups show it. */
function watchBuffers(device: GPUDevice) {
  const groups: GPUBuffer[][] = [];
  const make = device.createBindGroup.bind(device);
  vi.spyOn(device, 'createBindGroup').mockImplementation((descriptor) => {
    groups.push([...descriptor.entries].map(({ resource }) => (resource as GPUBufferBinding).buffer));
    return make(descriptor);
  });
  return groups;
}

/** From the first to the last dispatch that touches it. */
function spans(dispatches: readonly Dispatch[]): Map<Tensor, [number, number]> {
  const of = new Map<Tensor, [number, number]>();
  dispatches.forEach(({ tensors }, i) => tensors.forEach((tensor) => of.set(tensor, [of.get(tensor)?.[0] ?? i, i])));
  return of;
}

describe('buffers', () => {
  it.each([1, 2, 3, 4, 5])('are never shared by tensors that live at the same time (graph %i)', async (seed) => {
    const { gpu, memory, tape } = await recording();
    const draw = new Draw(seed);
    const nodes = randomGraph(tape, memory, draw, 50);
    const kept = nodes.filter(({ tensor }) => 'tape' in tensor.home && draw.whole(0, 5) === 0);
    tape.keep(nodes.at(-1)!.tensor, ...kept.map(({ tensor }) => tensor));
    // So that nothing is left out, and dispatches and bind groups go side by side.
    const sums = nodes.slice(3).map(({ tensor }) => sum(tape, tensor));
    tape.keep(...sums);

    const groups = watchBuffers(gpu.device);
    const plan = forThisTest(await compile(tape));
    expect(plan.dispatches).toBe(tape.dispatches.length);
    const bufferOf = new Map(
      tape.dispatches.flatMap(({ tensors }, i) => tensors.map((tensor, n) => [tensor, groups[i][n]] as const)),
    );
    const recorded = [...spans(tape.dispatches)].filter(([tensor]) => 'tape' in tensor.home);
    const clashes = recorded.flatMap(([p, [pFirst, pLast]], i) =>
      recorded.slice(i + 1).filter(([q, [qFirst, qLast]]) => {
        if (bufferOf.get(p) !== bufferOf.get(q)) return false;
        const apart = (tape.kept.has(p) ? false : pLast < qFirst) || (tape.kept.has(q) ? false : qLast < pFirst);
        return !apart;
      }),
    );
    expect(clashes).toEqual([]);
    expect(new Set(recorded.map(([tensor]) => bufferOf.get(tensor))).size).toBeLessThan(recorded.length);
  });

  it.each([6, 7, 8])('keep the right values to the end (graph %i)', async (seed) => {
    const { memory, tape } = await recording();
    const nodes = randomGraph(tape, memory, new Draw(seed), 60).slice(3);
    const wanted = nodes.filter((_, i) => i % 4 === 0);
    const results = await run(
      tape,
      wanted.map(({ tensor }) => tensor),
    );
    results.forEach((values, i) =>
      expectClose(values, wanted[i].values, (n) => 1e-5 * Math.abs(wanted[i].values[n]) + 1e-6, `node ${4 * i}`),
    );
  });

  it('are reused along a chain: two suffice for any length', async () => {
    const { gpu, memory, tape } = await recording();
    const one = memory.put(new Float32Array(64).fill(1));
    let y = one;
    for (let i = 0; i < 20; i++) y = add(tape, y, one);
    tape.keep(y);
    const before = gpu.memory().buffers;
    const plan = forThisTest(await compile(tape));
    // The third one has the sizes of all dispatches.
    expect(gpu.memory().buffers - before).toBe(3);
    await plan.run();
  });
});

it('drops dispatches on which no result depends', async () => {
  const { memory, tape } = await recording();
  const x = memory.put([1, 2, 3, 4]);
  const a = add(tape, x, x);
  multiply(tape, a, a);
  const wanted = sum(tape, a);
  multiply(tape, wanted, wanted);
  tape.keep(wanted);
  const plan = forThisTest(await compile(tape));
  expect(plan.labels).toEqual(['add', 'sum']);
});

it('keeps dispatches that write to a bound tensor', async () => {
  const { gpu, memory, tape } = await recording();
  const x = memory.put([1, 2, 3, 4]);
  x.gradient = memory.poisoned([4]);
  const y = add(tape, x, x);
  tape.differentiate(y, memory.put([1, 1, 1, 1]));
  const plan = forThisTest(await compile(tape));
  expect(plan.labels).toEqual(['copy', 'copy']);
  await plan.run();
  const [gradient] = await run(makeTape(gpu), [x.gradient]);
  expect([...gradient]).toEqual([2, 2, 2, 2]);
});

it('runs repeatedly without allocating', async () => {
  const { gpu, memory, tape } = await recording();
  const x = memory.put([1, 2, 3, 4]);
  tape.keep(add(tape, x, x));
  const plan = forThisTest(await compile(tape));
  const makers = ['createBuffer', 'createBindGroup', 'createComputePipelineAsync', 'createShaderModule'] as const;
  const spies = makers.map((name) => vi.spyOn(gpu.device, name));
  const before = gpu.counters();
  for (let i = 0; i < 3; i++) await plan.run();
  expect(gpu.counters()).toEqual({ ...before, dispatches: before.dispatches + 3, submits: before.submits + 3 });
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
});

it('refuses to read a tensor that is never written', async () => {
  const gpu = await sharedGpu();
  const tape = makeTape(gpu);
  const missing = tape.tensor([4], 'f32', 'missing');
  tape.keep(add(tape, missing, missing));
  await expect(compile(tape)).rejects.toThrow('add reads missing, which no kernel has written');
  const empty = makeTape(gpu);
  empty.keep(empty.tensor([4], 'f32', 'missing'));
  await expect(compile(empty)).rejects.toThrow('missing was kept, but no kernel writes it');
});

it('gives the buffers of kept tensors only', async () => {
  const { memory, tape } = await recording();
  const x = memory.put([1, 2, 3, 4]);
  const [inner, y] = [add(tape, x, x), tape.tensor([4])];
  tape.keep(inner);
  const plan = forThisTest(await compile(tape));
  expect(plan.range(inner).offset).toBe(0);
  expect(() => plan.range(y)).toThrow('was not kept');
});

it('frees its buffers if it cannot be made', async () => {
  const { gpu, memory, tape } = await recording();
  const x = memory.put([1, 2, 3, 4]);
  tape.keep(add(tape, x, x));
  const before = gpu.memory();
  vi.spyOn(gpu.device, 'createBindGroup').mockImplementation(() => {
    throw new Error('no bind group');
  });
  await expect(compile(tape)).rejects.toThrow('no bind group');
  expect(gpu.memory().buffers).toBe(before.buffers);
});
