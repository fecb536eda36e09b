import { Clock } from './clock.ts';
import { rightOf } from './compare.ts';
import type { Command } from './commands.ts';
import type { Gpu } from './device.ts';
import { fastestOf } from './fastest.ts';
import { openRecall } from './recall.ts';
import type { Choice, Tunable, Tuner, Tuning } from './tune.ts';

/** The longest time that a way may take to compile. */
const patienceMs = 2000;
/** The factor for that time on a processor, where compilers are fast and the machine may be busy. */
const processorPatience = 10;
/** What is remembered of a way that takes longer to compile, or does not compile. */
const slow = 'slow';

/**
 * Compiles the ways of dispatches while training goes on, measures them against each other in its pauses, and remembers
 * the winners.
 */
export class Measuring {
  readonly #clock: Clock;
  /** The winners that are valid for this page only. */
  readonly #passing = new Set<string>();
  /** Whether a way is being compiled or measured. Only one is at a time, for any number of fits. */
  #busy = false;
  /**
   * The expected time to compile one way, and to measure one: the time of the last one, or half of the expectation for
   * it.
   */
  #compileMs: number;
  #wayMs = 30;

  constructor(
    private readonly gpu: Gpu,
    private readonly tuner: Tuner,
    private readonly winners: Map<string, string>,
    firstMs: number,
  ) {
    this.#clock = new Clock(gpu);
    this.#compileMs = firstMs;
  }

  /**
   * Switches to the winners, and begins what the fit can pay for: the compilation of a way, or the measurement of a
   * problem, which is waited for.
   */
  async improve(fit: Tuning): Promise<void> {
    const { eager } = this.tuner;
    for (;;) {
      const turning = fit.tunables.map((tunable) => this.#turn(tunable));
      if (eager) await Promise.all(turning);
      const next = fit.tunables.find(({ choice }) => !this.winners.has(choice.problem));
      if (!next || this.#busy) return;
      const { problem } = next.choice;
      const made = fit.made.get(problem) ?? new Map<string, Command>();
      fit.made.set(problem, made);
      const way = this.#candidates(next.choice).find((each) => !made.has(each));
      const costs = way === undefined ? this.#wayMs * made.size : this.#compileMs;
      if (!eager && costs > fit.leftMs) return;
      this.#busy = true;
      const work = way === undefined ? this.#measure(fit, next, made) : this.#compile(fit, next, made, way);
      const done = work.finally(() => (this.#busy = false));
      if (way !== undefined && !eager) return; // `#compile` never fails.
      await done;
    }
  }

  /** Switches the dispatch to the way that won. Another version of this library may have known other ways. */
  async #turn(tunable: Tunable): Promise<void> {
    const winner = this.winners.get(tunable.choice.problem);
    if (winner === undefined || winner === tunable.way || !this.tuner.left(tunable.choice).includes(winner)) return;
    tunable.way = winner;
    const command = await tunable.make(winner).catch(() => undefined); // If the device is lost, training reports it.
    if (command) tunable.use(command);
  }

  #candidates(choice: Choice): readonly string[] {
    return this.tuner.left(choice).filter((way) => this.winners.get(`${choice.kernel} ${way}`) !== slow);
  }

  /** Compiles one way, within its time limit. */
  async #compile(fit: Tuning, { choice, make }: Tunable, made: Map<string, Command>, way: string): Promise<void> {
    const begun = performance.now();
    const patience = patienceMs * (this.gpu.info.isFallback ? processorPatience : 1);
    try {
      const command = await soon(make(way), patience);
      if (command) made.set(way, command);
      else this.winners.set(`${choice.kernel} ${way}`, slow);
    } catch (error) {
      if (this.gpu.isLost) return;
      this.winners.set(`${choice.kernel} ${way}`, slow);
      // Training works without this way on this adapter.
      this.gpu.note(
        `${choice.problem} cannot be done as ${way}: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      const took = performance.now() - begun;
      fit.leftMs -= took;
      this.#compileMs = Math.max(took, this.#compileMs / 2);
    }
  }

  /** Measures the compiled ways and stores the winner, unless that takes longer than the fit can pay for. */
  async #measure(fit: Tuning, { choice, way: usual, ...tunable }: Tunable, made: Map<string, Command>): Promise<void> {
    const { kernel, problem } = choice;
    if (made.size > 1) await this.gpu.uncounted(() => {}); // Waits until earlier work is done and the device is idle.
    const begun = performance.now();
    const until = begun + (this.tuner.eager ? Infinity : fit.leftMs);
    const { right, wrong } = await rightOf(this.gpu, made, tunable);
    const fastest = right.size > 1 ? await fastestOf([...right.values()], this.#clock, until) : 0;
    const took = performance.now() - begun;
    const late = fastest === undefined && performance.now() > until;
    fit.leftMs -= took;
    if (made.size > 1) this.#wayMs = Math.max(((late ? 2 : 1) * took) / made.size, this.#wayMs / 2);
    for (const way of wrong) {
      const first = [...right.keys()][0];
      this.tuner.ruleOut(kernel, way);
      this.gpu.note(
        `${problem} gives other results as ${way} than as ${first}: call gpu.selfTest() to learn which is wrong here`,
      );
      made.delete(way);
    }
    if (late) return;
    // The result came from a substitute clock, or could not be measured.
    if (right.size > 1 && (fastest === undefined || this.#clock.fault)) this.#passing.add(problem);
    this.winners.set(problem, [...right.keys()][fastest ?? 0] ?? usual);
    fit.made.delete(problem);
    const written = this.#remember();
    if (this.tuner.eager) await written;
  }

  /** Stores the winners; those that could not be measured well are forgotten with the page. */
  #remember(): Promise<void> {
    const lasting = [...this.winners].filter(([problem]) => !this.#passing.has(problem));
    return openRecall().write(this.tuner.adapter, Object.fromEntries(lasting));
  }
}

/** The result of `making`, or undefined if it takes too long. */
function soon<T>(making: Promise<T>, patienceMs: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), patienceMs)));
  return Promise.race([making, late]).finally(() => clearTimeout(timer));
}
