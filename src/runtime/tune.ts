import type { AnyShader } from '../../shaders/wgsl.ts';
import { LatentGpuError } from '../errors.ts';
import type { Command } from './commands.ts';
import type { Extent } from './compare.ts';
import type { Gpu } from './device.ts';
import type { Measuring } from './measure.ts';
import { openRecall } from './recall.ts';

/** One way of computing a dispatch. */
export interface Way {
  readonly shader: AnyShader;
  readonly workgroups: number;
}

/**
 * What a dispatch computes, and the ways of computing it. All ways have the same bindings. Nearly all add in the same
 * order, so that they give the same bits where a compiler treats them alike; one that does not is never the first.
 */
export interface Choice {
  /** The kernel, without its sizes. */
  readonly kernel: string;
  /** The kernel and its shapes: all that may decide which way is fastest. */
  readonly problem: string;
  /** The names of the ways, the one that is probably fastest first. `tuning: 'fixed'` uses the first. */
  readonly ways: readonly string[];
  readonly make: (way: string) => Way;
}

/** A dispatch of a plan that can be computed in other ways. */
export interface Tunable {
  readonly choice: Choice;
  /** The tensors among its inputs that belong to the plan and hold nothing while it rests. */
  readonly inputs: readonly Extent[];
  readonly outputs: readonly Extent[];
  /** The way in use. */
  way: string;
  /** Makes the same dispatch in another way. */
  make(way: string): Promise<Command>;
  use(command: Command): void;
}

/** What one fit has found out so far, and the time that it may still spend on that. */
export interface Tuning {
  readonly tunables: readonly Tunable[];
  /** The compiled ways, by problem. */
  readonly made: Map<string, Map<string, Command>>;
  /** The remaining time; below zero where something took longer than expected. */
  leftMs: number;
}

/** The share of a fit's training time that compiling and measuring may take. */
const share = 0.1;
/** The expected time of the first compilation. Before a fit has earned it, nothing is loaded. */
const firstMs = 100;

/**
 * Finds out which way of a dispatch is fastest on this adapter, a little at a time during long fits, and remembers the
 * winners beyond the page's life. Until then a dispatch is computed in the first of its ways, so that no first step
 * waits for measurements.
 */
export class Tuner {
  /** Whether everything is measured at the first opportunity, while training waits: for benchmarks. */
  eager = false;
  /** The key under which winners are remembered. */
  readonly adapter: string;
  readonly #winners: Promise<Map<string, string>>;
  /** The ways that are wrong on this adapter, each after the name of its kernel. */
  readonly #ruledOut = new Set<string>();
  #loading: Promise<void> | undefined;
  #measuring: Measuring | undefined;

  constructor(
    private readonly gpu: Gpu,
    private readonly mode: 'measured' | 'fixed',
  ) {
    const { vendor, architecture, description } = gpu.info;
    // Another version of a browser may compile the same text differently.
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

  /** The way to begin with. @throws LatentGpuError where all are ruled out */
  async first(choice: Choice): Promise<string> {
    const ways = this.left(choice);
    const winner = (await this.#winners).get(choice.problem);
    return winner !== undefined && ways.includes(winner) ? winner : ways[0];
  }

  /** Excludes a way that gives wrong results on this adapter, from first choices and from measurements. */
  ruleOut(kernel: string, way: string): void {
    this.#ruledOut.add(`${kernel} ${way}`);
  }

  /** The ways that are not ruled out. @throws LatentGpuError where all are */
  left({ kernel, problem, ways }: Choice): readonly string[] {
    const left = ways.filter((way) => !this.#ruledOut.has(`${kernel} ${way}`));
    if (!left.length) throw new LatentGpuError(`selfTest: all ways of ${problem} gave wrong results on this adapter`);
    return left;
  }

  /**
   * Begins a fit with its own time account. Time left over from earlier fits could exceed a tenth of a short one.
   */
  begin(tunables: readonly Tunable[]): Tuning {
    return { tunables, made: new Map(), leftMs: 0 };
  }

  /**
   * Called between submits, after the fit has trained for `ms` milliseconds more. It compiles ways without waiting,
   * measures those of a problem when all are compiled and the fit's time account allows it, and switches to the
   * winners. Measurements do not count in the device's counters; they overwrite the plan's own tensors and those that
   * its dispatches write.
   */
  async improve(fit: Tuning, ms = 0): Promise<void> {
    if (this.mode === 'fixed') return;
    fit.leftMs += share * ms;
    if (!this.eager && !this.#measuring && fit.leftMs < firstMs) return;
    this.#loading ??= this.#load();
    if (this.eager) await this.#loading;
    await this.#measuring?.improve(fit);
  }

  /** Loads the measuring code; a page that trains little never does. Without it, training continues unchanged. */
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
