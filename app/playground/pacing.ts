/**
 * Runs work that is requested more often than it can be done: one run at a time, and one more if it was requested
 * meanwhile. It rests after each run for a time that depends on the run's duration, so that training gets its share of
 * the GPU. A request with `now` ends the rest.
 */
export function coalesced(
  work: () => Promise<void>,
  restMs: (tookMs: number) => number = () => 0,
): (now?: boolean) => void {
  let [wanted, busy] = [false, false];
  let wake = () => {};
  const run = async () => {
    busy = true;
    try {
      while (wanted) {
        wanted = false;
        const began = performance.now();
        await work();
        const rest = restMs(performance.now() - began);
        if (rest <= 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, rest);
        });
      }
    } finally {
      busy = false;
    }
  };
  return (now = false) => {
    wanted = true;
    if (!busy) void run();
    else if (now) wake();
  };
}

/**
 * Returns the rest after a look at the model, so that looks take at most about a third of the GPU's time, and at most
 * ten happen per second.
 */
export const restAfterLook = (tookMs: number): number => Math.max(90, 2 * tookMs);
export const restAfterJudging = (tookMs: number): number => Math.max(1500, 6 * tookMs);

/** Measures the frames of the last second, and the longest frame since the last query. */
export class FrameMeter {
  #times: number[] = [];
  #longest = 0;

  constructor(onSecond: (framesPerSecond: number, longestMs: number) => void) {
    const tick = (time: number) => {
      const before = this.#times.at(-1);
      if (before !== undefined) this.#longest = Math.max(this.#longest, time - before);
      this.#times.push(time);
      if (time - this.#times[0] >= 1000) {
        onSecond(((this.#times.length - 1) * 1000) / (time - this.#times[0]), this.#longest);
        this.#times = [time];
        this.#longest = 0;
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    // A hidden tab draws no frames, and its gap must not count.
    document.addEventListener('visibilitychange', () => (this.#times = []));
  }
}
