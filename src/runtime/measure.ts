import { Clock } from './clock.ts';
import type { Command } from './commands.ts';
import { differ, fill, resultsOf } from './compare.ts';
import type { Gpu } from './device.ts';
import { fastestOf } from './fastest.ts';
import type { Tunable } from './tune.ts';

/** What measuring the ways of a dispatch has shown. */
export interface Measured {
  /** The fastest; undefined where none of them can be had. */
  readonly way: string | undefined;
  /** Whether all could be measured by a clock that can be believed. */
  readonly sure: boolean;
  /** Those that take too long to compile, or do not. */
  readonly slow: readonly string[];
  /** Those whose results are not those of the first. */
  readonly wrong: readonly string[];
}

/** Measures the ways of a dispatch against each other on the device. */
export class Measuring {
  readonly #clock: Clock;

  constructor(private readonly gpu: Gpu) {
    this.#clock = new Clock(gpu);
  }

  /**
   * The fastest of several ways that gives the first one's results. None is begun after the time `until`, and the compiling of one is waited for
   * `patienceMs` milliseconds.
   */
  async fastest(tunable: Tunable, ways: readonly string[], until: number, patienceMs: number): Promise<Measured> {
    const { problem } = tunable.choice;
    const candidates = new Map<string, Command>();
    const [slow, wrong]: string[][] = [[], []];
    let sure = true;
    let expected: Float32Array | undefined;
    fill(this.gpu, tunable.inputs);
    for (const way of ways) {
      if (performance.now() > until) {
        sure = false;
        break;
      }
      const command = await soon(tunable.make(way), patienceMs).catch((error: unknown) => {
        this.gpu.check();
        // Training can do without it on this adapter.
        this.gpu.note(`${problem} cannot be done as ${way}: ${error instanceof Error ? error.message : String(error)}`);
      });
      if (!command) {
        slow.push(way);
        continue;
      }
      const results = await resultsOf(this.gpu, command, tunable.outputs);
      if (expected && differ(expected, results)) {
        this.gpu.note(
          `${problem} gives other results as ${way} than as ${[...candidates.keys()][0]}: call gpu.selfTest() to learn which is wrong here`,
        );
        wrong.push(way);
        continue;
      }
      expected ??= results;
      candidates.set(way, command);
    }
    const left = [...candidates.keys()];
    const fastest = left.length > 1 ? await fastestOf([...candidates.values()], this.#clock) : 0;
    // By a clock that had to stand in for another, or by none.
    if (fastest === undefined || this.#clock.fault) sure = false;
    return { way: left[fastest ?? 0], sure, slow, wrong };
  }
}

/** What is made, or nothing if it takes too long. */
function soon<T>(making: Promise<T>, patienceMs: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), patienceMs)));
  return Promise.race([making, late]).finally(() => clearTimeout(timer));
}
