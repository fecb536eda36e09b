/**
 * Work that is asked for more often than it can be done: never two at a time, and once more if it was asked for meanwhile. It rests after
 * each time, by how long it took, so that training has its share of the GPU; who asks for it `now` ends the rest.
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

/** Looks cost GPU time: at most about a third of it, and no more than ten a second. */
export const restAfterLook = (tookMs: number): number => Math.max(90, 2 * tookMs);
export const restAfterJudging = (tookMs: number): number => Math.max(1500, 6 * tookMs);

/** Counts frames: how many in the last second, and the longest since it was last asked. */
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
    // A hidden tab has no frames; the gap is none that anyone saw.
    document.addEventListener('visibilitychange', () => (this.#times = []));
  }
}
