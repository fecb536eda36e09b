import type { CommandPass } from './commands.ts';
import type { Gpu } from './device.ts';

/**
 * The default length of a submit: short enough for a page that shares the GPU, and far below the 2 s after which
 * Windows resets it.
 */
const defaultBudgetMs = 100;
/** The longest delay with which a browser may notice that work is done: Firefox looks only every 100 ms. */
const mostLateMs = 150;
/** The shortest delay that counts; shorter ones are the machine's other work. */
const leastLateMs = 50;
const mostInFlight = 8;
/**
 * The share of the budget for which encoding may block the page: at 2 µs a dispatch, short steps would take longer to
 * encode than a frame.
 */
const encodingShare = 0.05;

/** The hooks of `Schedule.run`, called between submits. */
export interface ScheduleHooks {
  /** Called before each submit; false ends the run there, a rejection ends it with that error. */
  goOn?(): Promise<boolean> | boolean;
  /**
   * Returns how many steps from number `first` on may go into the next submit; all earlier ones have been submitted.
   * Default: unlimited.
   */
  stepsFrom?(first: number): number | Promise<number>;
  /** Makes each submit, for callers that have to take turns with others on the same weights. */
  inTurn?(submit: () => void): Promise<void>;
  /** Called after each finished submit, with the steps finished so far and the milliseconds that the submit took. */
  onFinished?(steps: number, ms: number): void;
}

/**
 * Runs steps in submits. The first submit has one step; later ones have as many as fit the budget at the measured pace,
 * if they can be encoded in a part of it. One submit is prepared while another runs, so that the GPU never waits for
 * JavaScript; more are prepared if the browser notices finished work late. It waits for the queue, never for animation
 * frames, which stop in hidden tabs. It is not one of the schedules of `latentgpu`, by which a learning rate changes.
 */
export class Schedule {
  readonly #inFlight: Promise<void>[] = [];
  /** The time at which the last submit finished. */
  #freeAt = 0;
  #msPerStep: number | undefined;
  /** The recent delay of the browser. */
  #lateMs = 0;
  #encodedSteps = 0;
  #encodedMs = 0;

  constructor(
    private readonly gpu: Gpu,
    private readonly budgetMs = defaultBudgetMs,
  ) {}

  /**
   * Runs steps; `encode` records step number `i` and returns its number of dispatches. Resolves with the number of
   * steps done.
   */
  async run(
    steps: number,
    encode: (pass: CommandPass, i: number) => number,
    hooks: ScheduleHooks = {},
  ): Promise<number> {
    try {
      const submitted = await this.submit(steps, encode, hooks);
      await this.drain();
      return submitted;
    } finally {
      await this.settle(); // The queue must be empty however the run ends.
    }
  }

  /** As `run`, but resolves when the steps are submitted; the last submits may still be running then. */
  async submit(
    steps: number,
    encode: (pass: CommandPass, i: number) => number,
    { goOn, stepsFrom, inTurn = async (submit) => submit(), onFinished }: ScheduleHooks = {},
  ): Promise<number> {
    let submitted = 0;
    let finished = 0;
    const finish = (count: number, began: number, deviceMs?: number) => {
      const now = performance.now();
      const ms = now - Math.max(began, this.#freeAt);
      this.#learn(count, this.#trusted(ms, deviceMs));
      this.#freeAt = now;
      finished += count;
      onFinished?.(finished, ms);
    };
    while (submitted < steps) {
      const first = submitted;
      const ready = (await stepsFrom?.(first)) ?? Infinity;
      // Asks again right before submitting, because time has passed since the last check.
      if (goOn && !(await goOn())) break;
      const count = this.#stepsThatFit(Math.min(steps - submitted, ready));
      submitted += count;
      await inTurn(() => {
        const began = performance.now();
        const watch = this.gpu.stopwatch();
        const done = this.gpu.compute((pass) => {
          let dispatches = 0;
          for (let i = first; i < first + count; i++) dispatches += encode(pass, i);
          this.#encodedSteps += count;
          this.#encodedMs += performance.now() - began;
          return dispatches;
        }, watch);
        const landed = done.then(() => finish(count, began, watch?.read())).finally(() => watch?.release());
        landed.catch(() => {}); // The failure is thrown where it is awaited, which may be after `goOn`.
        this.#inFlight.push(landed);
      });
      const unknownPace = this.#msPerStep === undefined;
      if (unknownPace || this.#inFlight.length > this.#mostWaiting) await this.#inFlight.shift();
    }
    return submitted;
  }

  /** Waits until all submits have finished. @throws the error of one that failed */
  async drain(): Promise<void> {
    await Promise.all(this.#inFlight);
    this.#inFlight.length = 0;
  }

  /** Waits until all submits have ended, failed or not. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#inFlight.splice(0));
  }

  /** The number of steps in this time, at the measured pace. */
  stepsIn(ms: number): number {
    return this.#msPerStep === undefined ? 1 : Math.ceil(ms / this.#msPerStep);
  }

  /**
   * Returns the time of a submit by the page's clock, or by the device's if the browser is late and the page's clock
   * does not contradict it. Some drivers have a wrong clock, and during a profile it does not advance.
   */
  #trusted(pageMs: number, deviceMs = 0): number {
    if (deviceMs <= 0 || deviceMs > pageMs + mostLateMs || pageMs > this.budgetMs + mostLateMs) return pageMs;
    // A single late step may be chance, so the estimate changes slowly.
    this.#lateMs = Math.max(Math.min(pageMs - deviceMs, this.#lateMs + leastLateMs / 3), 0.97 * this.#lateMs);
    return this.#isLate ? deviceMs : pageMs;
  }

  get #isLate(): boolean {
    return this.#lateMs >= leastLateMs;
  }

  /**
   * The number of submits that wait after the running one: one, so that other work gets its turn, or as many as keep
   * the device busy until the browser notices.
   */
  get #mostWaiting(): number {
    return this.#isLate ? Math.min(mostInFlight - 1, 1 + Math.round(this.#lateMs / this.#submitMs)) : 1;
  }

  #stepsThatFit(left: number): number {
    const fitting = this.#msPerStep === undefined ? 1 : Math.floor(this.budgetMs / this.#msPerStep);
    const encoded = Math.floor((encodingShare * this.budgetMs * this.#encodedSteps) / this.#encodedMs);
    // The page's clock may still show the same time.
    return Math.min(left, Math.max(1, Math.min(fitting, this.#encodedMs ? encoded : Infinity)));
  }

  /** The expected time of the next submit. */
  get #submitMs(): number {
    return Math.min(this.budgetMs, this.#stepsThatFit(Infinity) * (this.#msPerStep ?? Infinity));
  }

  /**
   * Learns the pace. A submit grows at most four times from one to the next, since a first measurement may be far off;
   * the few steps left at the end of a run do not make the next one start small again.
   */
  #learn(count: number, ms: number): void {
    const fourfold = this.budgetMs / (4 * count);
    this.#msPerStep = Math.max(ms / count, Math.min(fourfold, this.#msPerStep ?? fourfold));
  }
}
