import type { AnyShader } from '../../shaders/wgsl.ts';
import { LatentGpuError } from '../errors.ts';
import type { Command } from './commands.ts';
import type { Extent } from './compare.ts';
import type { Gpu } from './device.ts';
import type { Measuring } from './measure.ts';
import { openRecall } from './recall.ts';

/** One way of doing a dispatch. */
export interface Way {
  readonly shader: AnyShader;
  readonly workgroups: number;
}

/**
 * What a dispatch computes, and the ways of doing that. All of them take the same bindings. Nearly all add in the same order, so that they give the
 * same bits where a compiler treats them alike; one that does not is never the first.
 */
export interface Choice {
  /** The kernel, without its sizes. */
  readonly kernel: string;
  /** Kernel and shape: whatever may decide which way is fastest. */
  readonly problem: string;
  /** Their names, the likely fastest first. The first is the one that `tuning: 'fixed'` takes. */
  readonly ways: readonly string[];
  readonly make: (way: string) => Way;
}

/** A dispatch of a plan that could be done in other ways. */
export interface Tunable {
  readonly choice: Choice;
  /** Of what it reads, the tensors that belong to the plan and hold nothing while it rests. */
  readonly inputs: readonly Extent[];
  readonly outputs: readonly Extent[];
  /** The way it is done now. */
  way: string;
  /** The same dispatch, done in another way. */
  make(way: string): Promise<Command>;
  use(command: Command): void;
}

/** Measuring may take this share of the time that training takes. */
const share = 0.1;
/** The longest that compiling one way, or compiling for one problem on credit, is waited for. */
const patienceMs = 2000;
/** How many times as long it is on a processor, where compilers are fast and the machine may be busy. */
const processorPatience = 10;
/** What is remembered of a way that takes longer to compile, or does not compile. */
const slow = 'slow';
/**
 * Finds out on this adapter which way of a dispatch is fastest, a little at a time between the epochs of a training, and remembers the winners
 * beyond the page's life. Until then a dispatch is done in the first of its ways, so that no first step waits for measurements.
 */
export class Tuner {
  readonly #winners: Promise<Map<string, string>>;
  readonly #adapter: string;
  /** Ways that are wrong here, each behind its kernel. */
  readonly #ruledOut = new Set<string>();
  /** Winners that are good for this page only. */
  readonly #passing = new Set<string>();
  #measuring: Promise<Measuring | undefined> | undefined;
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

  #left({ kernel, problem, ways }: Choice): readonly string[] {
    const left = ways.filter((way) => !this.#ruledOut.has(`${kernel} ${way}`));
    if (!left.length) throw new LatentGpuError(`selfTest: all ways of ${problem} gave wrong results on this adapter`);
    return left;
  }

  get #patienceMs(): number {
    return patienceMs * (this.gpu.info.isFallback ? processorPatience : 1);
  }

  /** Training has taken so many milliseconds more. */
  earn(ms: number): void {
    this.#trainedMs += ms;
    if (this.mode === 'measured') void this.#load();
  }

  /**
   * Called while nothing runs: measures what there is time for, and turns to the winners. The measurements are no part of the device's counters,
   * and leave what they like in the plan's own tensors, and in those that its dispatches write.
   */
  async improve(tunables: readonly Tunable[]): Promise<void> {
    if (this.mode === 'fixed') return;
    const winners = await this.#winners;
    const known = winners.size;
    for (const tunable of tunables) {
      const { problem } = tunable.choice;
      if (!winners.has(problem)) {
        const leftMs = share * this.#trainedMs - this.#spentMs;
        if (this.#expectedMs > leftMs) continue;
        const begun = performance.now();
        winners.set(problem, await this.#winner(tunable, winners, begun + Math.max(this.#patienceMs, leftMs)));
        this.#expectedMs = performance.now() - begun;
        this.#spentMs += this.#expectedMs;
      }
      const winner = winners.get(problem)!;
      // Another version of this library may have known other ways.
      if (winner === tunable.way || !this.#left(tunable.choice).includes(winner)) continue;
      tunable.use(await tunable.make(winner));
      tunable.way = winner;
    }
    if (winners.size > known)
      await openRecall().write(
        this.#adapter,
        Object.fromEntries([...winners].filter(([problem]) => !this.#passing.has(problem))),
      );
  }

  /** The fastest way that is right. What could not be measured as it should is forgotten with the page. */
  async #winner(tunable: Tunable, winners: Map<string, string>, until: number): Promise<string> {
    const { kernel, problem } = tunable.choice;
    const ways = this.#left(tunable.choice).filter((way) => winners.get(`${kernel} ${way}`) !== slow);
    const found = await (await this.#load())?.fastest(tunable, ways, until, this.#patienceMs);
    for (const way of found?.slow ?? []) winners.set(`${kernel} ${way}`, slow);
    for (const way of found?.wrong ?? []) this.ruleOut(kernel, way);
    if (!found?.sure) this.#passing.add(problem);
    return found?.way ?? tunable.way;
  }

  /** A page that trains little does not load it. Without it training goes on as it began. */
  #load(): Promise<Measuring | undefined> {
    return (this.#measuring ??= import('./measure.ts').then(
      ({ Measuring }) => new Measuring(this.gpu),
      (error: Error) =>
        this.gpu.note(
          `kernels cannot be compared, as a part of latentgpu could not be loaded: ${error.message}`,
        ) as undefined,
    ));
  }
}
