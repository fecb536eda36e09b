import type { AnyShader } from '../../shaders/wgsl.ts';
import { LatentGpuError } from '../errors.ts';
import { computePass, type Command } from './commands.ts';
import type { Gpu } from './device.ts';
import { openRecall } from './recall.ts';
import type { Stopwatch } from './stopwatch.ts';

/** The kernel part of a problem: `'NT 64x32x784'` → `'NT'`. */
export const kernelOf = ({ problem }: Pick<Choice, 'problem'>): string => problem.replace(/ \d.*/, '');

/** One way of doing a dispatch. */
export interface Way {
  readonly shader: AnyShader;
  readonly workgroups: number;
}

/**
 * What a dispatch computes, and the ways of doing that. All of them take the same bindings and add in the same order, so that they give the
 * same bits.
 */
export interface Choice {
  /** Kernel and shape: whatever may decide which way is fastest. */
  readonly problem: string;
  /** Their names; the first is likely to be fast. */
  readonly ways: readonly string[];
  readonly make: (way: string) => Way;
}

/** A dispatch of a plan that could be done in other ways. */
export interface Tunable {
  readonly choice: Choice;
  /** The way it is done now. */
  way: string;
  /** The same dispatch, done in another way. */
  make(way: string): Promise<Command>;
  use(command: Command): void;
}

/** Measuring may take this share of the time that training takes. */
const share = 0.1;
/** Shorter measurements drown in the time that submitting takes; */
const leastMs = 4;
/** but no more than so many dispatches go into one. */
const mostDispatches = 256;

/**
 * Finds out on this adapter which way of a dispatch is fastest, a little at a time between the epochs of a training, and remembers the winners
 * beyond the page's life. Until then a dispatch is done in the first of its ways, so that no first step waits for measurements.
 */
export class Tuner {
  readonly #winners: Promise<Map<string, string>>;
  readonly #adapter: string;
  /** Ways that are wrong here, each behind its kernel. */
  readonly #ruledOut = new Set<string>();
  #trainedMs = 0;
  #spentMs = 0;
  /** What the next problem is expected to take: what the last one took. */
  #expectedMs = 100;

  constructor(
    private readonly gpu: Gpu,
    private readonly mode: 'measured' | 'fixed',
  ) {
    const { vendor, architecture, description } = gpu.info;
    // Another version of a browser may compile the same text otherwise.
    this.#adapter = [
      vendor,
      architecture,
      description,
      (globalThis.navigator as Navigator | undefined)?.userAgent,
    ].join(' ');
    this.#winners =
      mode === 'fixed'
        ? Promise.resolve(new Map<string, string>())
        : openRecall()
            .read(this.#adapter)
            .then((winners) => new Map(Object.entries(winners)));
  }

  /** The way in which to begin. @throws LatentGpuError where none is left */
  async first(choice: Choice): Promise<string> {
    const ways = this.#left(choice);
    const winner = (await this.#winners).get(choice.problem);
    return winner !== undefined && ways.includes(winner) ? winner : ways[0];
  }

  /** A way that gives wrong results here is not chosen any more, neither first nor by measuring. */
  ruleOut(kernel: string, way: string): void {
    this.#ruledOut.add(`${kernel} ${way}`);
  }

  #left(choice: Choice): readonly string[] {
    const left = choice.ways.filter((way) => !this.#ruledOut.has(`${kernelOf(choice)} ${way}`));
    if (!left.length)
      throw new LatentGpuError(`selfTest: all ways of ${choice.problem} gave wrong results on this adapter`);
    return left;
  }

  /** Training has taken so many milliseconds more. */
  earn(ms: number): void {
    this.#trainedMs += ms;
  }

  /**
   * Called while nothing runs: measures what there is time for, and turns to the winners. The measurements are no part of the device's counters,
   * and leave what they like in the tensors that the dispatches write.
   */
  async improve(tunables: readonly Tunable[]): Promise<void> {
    if (this.mode === 'fixed') return;
    const winners = await this.#winners;
    const known = winners.size;
    for (const tunable of tunables) {
      const { problem } = tunable.choice;
      if (!winners.has(problem)) {
        if (this.#spentMs + this.#expectedMs > share * this.#trainedMs) continue;
        const begun = performance.now();
        winners.set(problem, await this.#fastest(tunable));
        this.#expectedMs = performance.now() - begun;
        this.#spentMs += this.#expectedMs;
      }
      const winner = winners.get(problem)!;
      // Another version of this library may have known other ways.
      if (winner === tunable.way || !this.#left(tunable.choice).includes(winner)) continue;
      tunable.use(await tunable.make(winner));
      tunable.way = winner;
    }
    if (winners.size > known) await openRecall().write(this.#adapter, Object.fromEntries(winners));
  }

  /** Measures all ways in turn, twice, so that a hiccup of the machine does not decide. */
  async #fastest({ choice, make }: Tunable): Promise<string> {
    const ways = this.#left(choice);
    // Training can do without a way that does not compile on this adapter.
    const made = await Promise.allSettled(ways.map(make));
    this.gpu.check();
    const best = made.map(() => Infinity);
    const watch = this.gpu.stopwatch();
    try {
      for (let round = 0; round < 2; round++) {
        for (const [i, each] of made.entries())
          if (each.status === 'fulfilled') best[i] = Math.min(best[i], await this.#measure(each.value, watch));
      }
    } finally {
      watch?.release();
    }
    return ways[best.indexOf(Math.min(...best))];
  }

  /** Milliseconds of one dispatch. */
  async #measure(command: Command, watch?: Stopwatch): Promise<number> {
    for (let count = 1; ;) {
      const ms = await this.#timed(command, count, watch);
      if (ms >= leastMs || count === mostDispatches) return ms / count;
      count = Math.min(mostDispatches, Math.ceil((count * 1.5 * leastMs) / Math.max(ms, leastMs / 16)));
    }
  }

  /** Milliseconds of so many dispatches: by the device's own clock where it has one, as a browser may notice late that work is done (Firefox: every 100 ms). */
  async #timed(command: Command, count: number, watch?: Stopwatch): Promise<number> {
    const { device } = this.gpu;
    const begun = performance.now();
    await this.gpu.guard(() => {
      const encoder = device.createCommandEncoder();
      const pass = computePass(encoder, watch?.writes);
      for (let i = 0; i < count; i++) pass.encode(command);
      pass.end();
      watch?.resolve(encoder);
      device.queue.submit([encoder.finish()]);
      return watch ? watch.ready() : device.queue.onSubmittedWorkDone();
    });
    return watch ? watch.read() : performance.now() - begun;
  }
}
