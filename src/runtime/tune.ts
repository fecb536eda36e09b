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

/** What one fit has found out so far, and what it may still spend on that. */
export interface Tuning {
  readonly tunables: readonly Tunable[];
  /** The ways that are compiled, by problem. */
  readonly made: Map<string, Map<string, Command>>;
  /** What may still be spent; below zero where something took longer than was expected. */
  leftMs: number;
}

/** Compiling and measuring may take this share of the time that a fit trains. */
const share = 0.1;
/** What compiling a first way is expected to take. Before a fit has earned that, nothing is loaded. */
const firstMs = 100;

/**
 * Finds out on this adapter which way of a dispatch is fastest, a little at a time during the fits that are long enough for it, and remembers the
 * winners beyond the page's life. Until then a dispatch is done in the first of its ways, so that no first step waits for measurements.
 */
export class Tuner {
  /** Whether all there is to find out is found out at the first opportunity, for which training then waits: for benchmarks. */
  eager = false;
  /** The key under which winners are remembered. */
  readonly adapter: string;
  readonly #winners: Promise<Map<string, string>>;
  /** Ways that are wrong here, each behind its kernel. */
  readonly #ruledOut = new Set<string>();
  #loading: Promise<void> | undefined;
  #measuring: Measuring | undefined;

  constructor(
    private readonly gpu: Gpu,
    private readonly mode: 'measured' | 'fixed',
  ) {
    const { vendor, architecture, description } = gpu.info;
    // Another version of a browser may compile the same text otherwise.
    this.adapter = [vendor, architecture, description, (globalThis.navigator as Navigator | undefined)?.userAgent].join(
      ' ',
    );
    this.#winners =
      mode === 'fixed'
        ? Promise.resolve(new Map<string, string>())
        : openRecall()
            .read(this.adapter)
            .then((winners) => new Map(Object.entries(winners)));
  }

  /** The way in which to begin. @throws LatentGpuError where none is left */
  async first(choice: Choice): Promise<string> {
    const ways = this.left(choice);
    const winner = (await this.#winners).get(choice.problem);
    return winner !== undefined && ways.includes(winner) ? winner : ways[0];
  }

  /** A way that gives wrong results here is not chosen any more, neither first nor by measuring. */
  ruleOut(kernel: string, way: string): void {
    this.#ruledOut.add(`${kernel} ${way}`);
  }

  /** The ways that are not ruled out. @throws LatentGpuError where none is left */
  left({ kernel, problem, ways }: Choice): readonly string[] {
    const left = ways.filter((way) => !this.#ruledOut.has(`${kernel} ${way}`));
    if (!left.length) throw new LatentGpuError(`selfTest: all ways of ${problem} gave wrong results on this adapter`);
    return left;
  }

  /** A fit begins. It pays for itself: what earlier ones have left over could be more than a tenth of a short one. */
  begin(tunables: readonly Tunable[]): Tuning {
    return { tunables, made: new Map(), leftMs: 0 };
  }

  /**
   * Called between submits, after the fit has trained for `ms` milliseconds more. Compiles ways, which nobody waits for, and measures those of
   * a problem when all are compiled, each when the fit can pay for it; turns to the winners. Measurements are no part of the device's counters, and
   * leave what they like in the plan's own tensors, and in those that its dispatches write.
   */
  async improve(fit: Tuning, ms = 0): Promise<void> {
    if (this.mode === 'fixed') return;
    fit.leftMs += share * ms;
    if (!this.eager && !this.#measuring && fit.leftMs < firstMs) return;
    this.#loading ??= this.#load();
    if (this.eager) await this.#loading;
    await this.#measuring?.improve(fit);
  }

  /** A page that trains little does not load it. Without it training goes on as it began. */
  async #load(): Promise<void> {
    try {
      const { Measuring } = await import('./measure.ts');
      this.#measuring = new Measuring(this.gpu, this, await this.#winners, firstMs);
    } catch (error) {
      this.gpu.note(
        `kernels cannot be compared, as a part of latentgpu could not be loaded: ${(error as Error).message}`,
      );
    }
  }
}
