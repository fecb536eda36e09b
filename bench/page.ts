/// <reference types="vite/client" />
/** The page of `npm run bench`, on which the libraries run. The command line calls `window.bench`. */
import { openGpu, type KernelTime } from '../src/index.ts';
import { counted, countWebGPU, liveBytes, peakBytes, type Counts } from './counters.ts';
import type { Frames } from './frames.ts';
import type { Growth } from './growth.ts';
import type { Kernel, Peer, Trained } from './peer.ts';
import type { KernelResult, ModelResult, Opened, TrainingTiming } from './results.ts';
import { measureRoofline, type Roofline } from './roofline.ts';
import { batches, epsilon, flops, isVariational, models, needsBytes, rate, type ModelWork } from './models.ts';
import { matmuls, streamLength, streams, type MatmulWork, type StreamWork } from './works.ts';

const files = import.meta.glob<{ peer: Peer }>([
  './peers/*.ts',
  '!./peers/jax.ts',
  '!./peers/tfjs.ts',
  '!./peers/webgpu.ts',
]);
const peers = new Map<string, Peer>();

/** The time of one round of a work in milliseconds. */
const roundMs = { usual: 1500, quick: 150 };
const rounds = { usual: 5, quick: 2 };
/** A library that has taken this time for a work takes no further rounds; its median is over fewer rounds. */
const enoughMs = 20_000;
/**
 * A library whose first step of a large work takes this time, including compilation and tuning, takes no further steps.
 */
const longStepMs = 120_000;

interface Runner {
  trained: Trained;
  perStep: Counts;
  peakBytes: number;
  msPerStep: number;
  spent: number;
  times: number[];
  loss: number;
  /** The loss of the first step of a large work. */
  firstLoss?: number;
  oneStep?: boolean;
}

const bench = {
  /** Returns the speed of the adapter. */
  async roofline(): Promise<Roofline> {
    const gpu = await openGpu();
    const found = await measureRoofline(gpu);
    gpu.close();
    return found;
  },

  /**
   * Opens the libraries, and returns them with the adapter. If names are given, only other libraries
   * whose names begin with one of them are opened.
   */
  async open(beside: readonly string[]): Promise<Opened> {
    countWebGPU();
    const gpu = await openGpu();
    const { info } = gpu;
    gpu.close();
    const versions: Record<string, string> = {};
    const missing: Record<string, string> = {};
    // This library comes first, then the others in the order of their files' names.
    const names = Object.keys(files).sort((a, b) => Number(b.includes('latentgpu')) - Number(a.includes('latentgpu')));
    for (const file of names) {
      const { peer } = await files[file]();
      const wanted = !beside.length || peer.name === 'latentgpu' || beside.some((start) => peer.name.startsWith(start));
      if (!wanted) continue;
      try {
        await peer.open();
      } catch (error) {
        missing[peer.name] = (error as Error).message;
        continue;
      }
      peer.settle?.();
      peers.set(peer.name, peer);
      versions[peer.name] = peer.version;
    }
    return {
      adapter: { ...info },
      versions,
      missing,
      works: { models: namesOf(models), matmuls: namesOf(matmuls), streams: namesOf(streams) },
    };
  },

  async model(name: string, quick: boolean): Promise<ModelResult> {
    const work = models.find((each) => each.name === name)!;
    const runners = new Map<string, Runner>();
    const failed: Record<string, string> = {};
    for (const [peerName, peer] of peers) {
      try {
        const runner = await begin(peer, work);
        if (runner) runners.set(peerName, runner);
      } catch (error) {
        if (peerName === 'latentgpu') throw error;
        failed[peerName] = (error as Error).message;
      }
    }
    const [limit, count] = quick ? [roundMs.quick, rounds.quick] : [roundMs.usual, rounds.usual];
    for (let round = 0; round < count; round++) {
      for (const runner of runners.values()) {
        if (runner.oneStep || runner.spent > enoughMs) continue;
        const steps = batches * Math.max(1, Math.round(limit / runner.msPerStep / batches));
        const begun = performance.now();
        await runner.trained.run(steps);
        const spent = performance.now() - begun;
        runner.msPerStep = spent / steps;
        runner.spent += spent;
        runner.times.push(runner.msPerStep);
      }
    }
    for (const { trained } of runners.values()) await trained.dispose();
    const timings = [...runners].map(
      ([peerName, { times, perStep, peakBytes, loss, oneStep }]): [string, TrainingTiming] => [
        peerName,
        { ms: median(times), times, ...perStep, peakBytes, loss, ...(oneStep && { oneStep }) },
      ],
    );
    const losses = [...runners.values()].flatMap(({ oneStep, loss }) => (oneStep ? [] : [loss]));
    const firstLosses = [...runners.values()].flatMap(({ firstLoss }) => firstLoss ?? []);
    return {
      work: name,
      title: work.title,
      batch: work.batch,
      flops: flops(work),
      needsBytes: needsBytes(work),
      agreed: [losses, firstLosses].every((each) => !each.length || agree(work, each)),
      peers: Object.fromEntries(timings),
      failed,
    };
  },

  /** Returns a work with the data that a program outside of the page needs. */
  asWork(name: string, quick: boolean) {
    const work = models.find((each) => each.name === name)!;
    const limits = quick
      ? { roundMs: roundMs.quick, rounds: rounds.quick }
      : { roundMs: roundMs.usual, rounds: rounds.usual };
    return { work, batches, rate, epsilon, agreeAfter, ...limits };
  },

  /** Returns whether all losses agree up to rounding, or up to chance if each library draws its own noise. */
  agree(name: string, losses: number[]): boolean {
    return agree(
      models.find((each) => each.name === name)!,
      losses,
    );
  },

  matmul: (name: string, quick: boolean) => {
    const work = matmuls.find((each) => each.name === name)!;
    const { m, n, k } = work;
    const [a, b] = [values(m * k, 1), values(k * n, 2)];
    return timed(work, 2 * m * n * k, 4 * (m * k + k * n + m * n), quick, (peer) => peer.matmul?.(work, a, b));
  },

  stream: (name: string, quick: boolean) => {
    const work = streams.find((each) => each.name === name)!;
    // Not centred at 0, since a sum that cancels out would show only rounding errors.
    const x = values(streamLength, 3).map((value) => value + 0.1);
    return timed(work, streamLength, 4 * streamLength * work.moved, quick, (peer) => peer.stream?.(work, x));
  },

  /**
   * Returns the milliseconds from before the library is loaded until its first step is done; to be called once on a
   * fresh page.
   */
  async first(peerName: string, workName: string): Promise<number> {
    const work = models.find((each) => each.name === workName)!;
    const file = Object.keys(files).find((path) => path.endsWith(`/${peerName}.ts`))!;
    const begun = performance.now();
    const { peer } = await files[file]();
    await peer.open();
    const trained = await peer.model!(work)!;
    await trained.run(batches);
    return performance.now() - begun;
  },

  async growth(): Promise<Growth[]> {
    const { measureGrowth } = await import('./growth.ts');
    return measureGrowth();
  },

  async frames(): Promise<Frames> {
    const { measureFrames } = await import('./frames.ts');
    return measureFrames();
  },

  /** Returns the time of each of our kernels in a step. */
  async profile(name: string): Promise<KernelTime[]> {
    const { profileStep } = await import('./profile.ts');
    return profileStep(models.find((each) => each.name === name)!);
  },
};

/** The number of steps after which losses are compared, enough to show a wrong gradient or a wrong Adam. */
const agreeAfter = 2 * batches;

/**
 * Trains for the steps after which losses are compared, and then times an epoch; for a large work this may be the first
 * step alone.
 */
async function begin(peer: Peer, work: ModelWork): Promise<Runner | undefined> {
  const before = liveBytes();
  peakBytes();
  let trained = await peer.model?.(work);
  if (!trained) return undefined;
  const timed = async (steps: number) => {
    const [begun, start] = [performance.now(), counted()];
    const loss = await trained!.run(steps);
    const [spent, end] = [performance.now() - begun, counted()];
    const perStep = {
      dispatches: (end.dispatches - start.dispatches) / steps,
      submits: (end.submits - start.submits) / steps,
    };
    return { trained: trained!, loss, perStep, msPerStep: spent / steps, spent, peakBytes: peakBytes() - before };
  };
  let firstLoss: number | undefined;
  if (work.large) {
    const first = await timed(1);
    firstLoss = first.loss;
    if (first.spent > longStepMs) return { ...first, firstLoss, times: [first.spent], oneStep: true };
    await trained.dispose();
    trained = (await peer.model!(work))!;
  }
  const loss = await trained.run(agreeAfter);
  const epoch = await timed(batches);
  // This epoch is the only round of a work that takes so long.
  return { ...epoch, loss, firstLoss, times: epoch.spent > enoughMs ? [epoch.msPerStep] : [] };
}

function agree(work: ModelWork, losses: number[]): boolean {
  return Math.max(...losses) / Math.min(...losses) - 1 < (isVariational(work) ? 0.03 : 1e-3);
}

async function timed(
  { name }: MatmulWork | StreamWork,
  work: number,
  bytes: number,
  quick: boolean,
  make: (peer: Peer) => Promise<Kernel> | undefined,
): Promise<KernelResult> {
  const kernels = new Map<string, { kernel: Kernel; ms: number; times: number[] }>();
  const results: number[] = [];
  for (const [peerName, peer] of peers) {
    const kernel = await make(peer);
    if (!kernel) continue;
    results.push((await kernel.read())[0]);
    const begun = performance.now();
    await kernel.run(1);
    kernels.set(peerName, { kernel, ms: performance.now() - begun, times: [] });
  }
  const [limit, count] = quick ? [roundMs.quick, rounds.quick] : [roundMs.usual / 3, rounds.usual];
  for (let round = 0; round < count; round++) {
    for (const each of kernels.values()) {
      const times = Math.min(1000, Math.max(1, Math.round(limit / each.ms)));
      const begun = performance.now();
      await each.kernel.run(times);
      each.ms = (performance.now() - begun) / times;
      each.times.push(each.ms);
    }
  }
  for (const { kernel } of kernels.values()) await kernel.dispose();
  const scale = Math.max(...results.map(Math.abs));
  return {
    work: name,
    flops: work,
    bytes,
    agreed: results.every((value) => Math.abs(value - results[0]) <= 1e-3 * scale),
    peers: Object.fromEntries([...kernels].map(([peerName, { times }]) => [peerName, { ms: median(times), times }])),
  };
}

const namesOf = (works: readonly { name: string }[]): string[] => works.map(({ name }) => name);

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Returns pseudo-random numbers between −½ and ½. */
function values(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (((i + 1) * 0.6180339887 + seed * 0.377) % 1) - 0.5);
}

export type Bench = typeof bench;

declare global {
  var bench: Bench;
}

globalThis.bench = bench;
