import { vi } from 'vitest';
import type { Command } from '../../src/runtime/commands.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { openRecall } from '../../src/runtime/recall.ts';
import { Tuner, type Tunable } from '../../src/runtime/tune.ts';

/** What a pretended device is like. */
export interface Pretended {
  /** Milliseconds of a dispatch, by way; or of the n-th measurement's. */
  readonly ms: Readonly<Record<string, number | ((measurement: number) => number)>>;
  /** What the device's clock says where so many milliseconds have passed; none without. */
  readonly told?: (ms: number) => number;
  /** What a submit takes that has nothing to do. */
  readonly idleMs?: number;
  /** The ways whose results are wrong. */
  readonly wrong?: readonly string[];
  /** The ways that never get compiled. */
  readonly stuck?: readonly string[];
  /** How long the others take. */
  readonly compileMs?: number;
}

let adapters = 0;

/** A tuner on a device that runs nothing, and a dispatch that it may tune. Only the device moves the page's clock. */
export function pretendTuner({ ms, told, idleMs = 0, wrong = [], stuck = [], compileMs = 0 }: Pretended) {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const dispatches: Record<string, number> = {};
  const compiled: string[] = [];
  let label = '';
  let count = 0;
  let last = 0;
  const pass = {
    setPipeline: (pipeline: { way: string }) => (label = pipeline.way),
    setBindGroup: () => {},
    dispatchWorkgroups: () => void count++,
    end: () => {},
  };
  const submit = () => {
    const of = ms[label];
    dispatches[label] = (dispatches[label] ?? 0) + 1;
    last = count && count * (typeof of === 'function' ? of(dispatches[label]) : of);
    now += last + idleMs;
    count = 0;
  };
  const encoder = { beginComputePass: () => pass, finish: () => ({}) };
  const onSubmittedWorkDone = async () => {};
  const gpu = {
    info: { vendor: 'test', architecture: `pretended ${Date.now()} ${adapters++}`, description: '' },
    device: {
      features: new Set(told ? ['timestamp-query'] : []),
      createCommandEncoder: () => encoder,
      queue: { writeBuffer() {}, submit, onSubmittedWorkDone },
    },
    stopwatch: () => told && { resolve() {}, ready: async () => {}, read: () => told(last), release() {} },
    isLost: false,
    note: (sentence: string) => console.warn(`latentgpu: ${sentence}`),
    guard: async (work: () => unknown) => work(),
    uncounted: async (encode: (made: typeof encoder) => void, done = onSubmittedWorkDone) => {
      encode(encoder);
      submit();
      return done();
    },
    readBytes: async () => Float32Array.of(1, wrong.includes(label) ? 2.01 : 2).buffer,
  };
  const tuner = new Tuner(gpu as unknown as Gpu, 'measured');
  const commandOf = (way: string) => ({ label: way, pipeline: { way } }) as unknown as Command;
  const tunable = (problem = 'NT 1x1x1', ways = Object.keys(ms)): Tunable => ({
    choice: { kernel: problem.split(' ')[0], problem, ways, make: () => ({ shader: {} as never, workgroups: 1 }) },
    inputs: [],
    outputs: [],
    way: ways[0],
    make: async (way) => {
      compiled.push(way);
      if (stuck.includes(way)) return new Promise(() => {});
      await Promise.resolve();
      now += compileMs;
      return commandOf(way);
    },
    use: () => {},
  });
  const { vendor, architecture, description } = gpu.info;
  const stored = () =>
    openRecall().read([vendor, architecture, description, (navigator as Navigator | undefined)?.userAgent].join(' '));
  return { tuner, tunable, stored, warnings, compiled };
}
