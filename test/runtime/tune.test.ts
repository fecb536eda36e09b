import { describe, expect, it, vi } from 'vitest';
import { shader, wgsl } from '../../shaders/wgsl.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { compile, type Plan } from '../../src/runtime/plan.ts';
import { read } from '../../src/runtime/read.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { tensor } from '../../src/runtime/tensor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';

/** y = x + 1, by way of so many detours. */
const increment = (detours: number) =>
  shader<'x' | 'y'>(
    `increment after ${detours}`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var v = x[id.x];
  for (var i = 0u; i < ${detours}u; i++) { v = sqrt(v * v); }
  y[id.x] = v + 1.0;
}
`,
  );

const detours: Record<string, number> = { slow: 100_000, fast: 0, middling: 10_000 };
const make = (way: string) => ({ shader: increment(detours[way]), workgroups: 1 });

/** Everything is remembered for as long as the browser runs, so each test has an adapter of its own. */
let adapters = 0;
const newAdapter = () => ({
  vendor: 'test',
  architecture: `${Date.now()} ${adapters++}`,
  description: '',
  isFallback: false,
});

async function slowFirst(gpu: Gpu, problem = 'increment', ways = Object.keys(detours), makeWay = make) {
  const tape = makeTape(gpu);
  const x = forThisTest(
    tensor(
      gpu,
      Float32Array.from({ length: 64 }, (_, i) => i),
    ),
  );
  const y = tape.tensor([64]);
  tape.run(
    increment(detours.slow),
    { x, y },
    { workgroups: 1, choice: { kernel: 'increment', problem, ways, make: makeWay } },
  );
  tape.keep(y);
  return { plan: forThisTest(await compile(tape)), y };
}

async function open(tuning?: 'measured' | 'fixed', info = newAdapter()) {
  const { device } = await sharedGpu();
  return new Gpu(device, info, false, tuning);
}

/** Finds out everything there is to find out of a plan, with all the time in the world. */
async function tune(gpu: Gpu, plan: Plan): Promise<void> {
  gpu.tuner.eager = true;
  await gpu.tuner.improve(gpu.tuner.begin(plan.tunables));
}

describe('a plan with a choice', () => {
  it('starts with the first way, and changes to the fastest', async () => {
    const gpu = await open();
    const { plan, y } = await slowFirst(gpu);
    expect(plan.labels).toEqual(['increment after 100000']);
    await tune(gpu, plan);
    expect(plan.labels).toEqual(['increment after 0']);
    await plan.run();
    expect(Array.from((await read(y)).data)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
  });

  it('skips a way that does not compile', async () => {
    const gpu = await open();
    const broken = { shader: shader<'x' | 'y'>('broken', `${increment(0).code}no WGSL`), workgroups: 1 };
    const ways = ['slow', 'broken', 'fast'];
    const { plan, y } = await slowFirst(gpu, 'increment', ways, (way) => (way === 'broken' ? broken : make(way)));
    await tune(gpu, plan);
    expect(plan.labels).toEqual(['increment after 0']);
    await plan.run();
    expect((await read(y)).data[3]).toBe(4);
  });

  it('never changes to a way with other results', async () => {
    const told = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const gpu = await open();
    const tape = makeTape(gpu);
    const x = forThisTest(tensor(gpu, new Float32Array(64)));
    // x lies in the plan: what it holds while that rests, the tuner has to see to.
    const [copy, y] = [tape.tensor([64]), tape.tensor([64])];
    tape.run(increment(0), { x, y: copy }, { workgroups: 1 });
    const [right, wrong] = [increment(detours.slow), increment(0)];
    const fast = { ...wrong, code: wrong.code.replace('v + 1.0', 'v * v + 1.0') };
    const of = (way: string) => ({ shader: way === 'right' ? right : fast, workgroups: 1 });
    const choice = { kernel: 'increment', problem: 'increment 64', ways: ['right', 'wrong'], make: of };
    tape.run(right, { x: copy, y }, { workgroups: 1, choice });
    tape.keep(y);
    const plan = forThisTest(await compile(tape));
    await tune(gpu, plan);
    expect(plan.labels).toEqual(['increment after 0', 'increment after 100000']);
    expect(told).toHaveBeenCalledOnce();
    expect(gpu.notes).toEqual([expect.stringContaining('gives other results as wrong than as right')]);
    vi.restoreAllMocks();
    await plan.run();
    expect([...(await read(y)).data].every((value) => value === 2)).toBe(true);
  });

  it('does not change the counters', async () => {
    const gpu = await open();
    const { plan } = await slowFirst(gpu);
    const before = gpu.counters();
    await tune(gpu, plan);
    expect(gpu.counters()).toEqual(before);
  });

  it('does not change if tuning is fixed', async () => {
    const info = newAdapter();
    const measured = await open('measured', info);
    const known = await slowFirst(measured);
    await tune(measured, known.plan);
    const gpu = await open('fixed', info);
    const { plan } = await slowFirst(gpu);
    await tune(gpu, plan);
    expect(plan.labels).toEqual(['increment after 100000']);
  });
});

describe('a winner', () => {
  it('is the first way of the next page, on this adapter', async () => {
    const info = newAdapter();
    const first = await open('measured', info);
    const { plan } = await slowFirst(first);
    await tune(first, plan);
    const again = await slowFirst(await open('measured', info));
    expect(again.plan.labels).toEqual(['increment after 0']);
    const elsewhere = await slowFirst(await open());
    expect(elsewhere.plan.labels).toEqual(['increment after 100000']);
  });

  it('is used by another plan of the same Gpu without being measured again', async () => {
    const gpu = await open();
    const [one, other] = [await slowFirst(gpu), await slowFirst(gpu)];
    await tune(gpu, one.plan);
    await tune(gpu, other.plan);
    expect(other.plan.labels).toEqual(['increment after 0']);
  });
});
