import { computePass, type Command } from './commands.ts';
import type { Gpu } from './device.ts';

/** Browsers round the device's clock, mostly to so much. */
const deviceTickMs = 0.1;
/** The least that a measurement by the device's clock takes: 40 of its ticks. */
const leastMs = 4;
/** The least that one by the page's clock takes, in times that a submit takes which has nothing to do. */
const leastSubmits = 20;
/** A page can be without the GPU for so long. */
const mostMs = 100;
/** More dispatches do not go into one measurement. */
const mostDispatches = 2048;
/** Pages see their own clock in steps of up to a millisecond. */
const pageTickMs = 1;

/** What a dispatch takes, give or take the clock's ticks. */
export interface Timing {
  readonly ms: number;
  readonly tick: number;
}

/** Takes the time of dispatches: by the device's clock where it has one that can be believed, else by the page's. */
export class Clock {
  /** What is wrong with the device's clock. */
  fault: string | undefined;
  #idleMs: number | undefined;

  constructor(private readonly gpu: Gpu) {}

  /** Of one dispatch, from as many as it takes; undefined where neither clock can tell. */
  async time(command: Command): Promise<Timing | undefined> {
    const byDevice = !this.fault && this.gpu.device.features.has('timestamp-query');
    const tick = byDevice ? deviceTickMs : Math.max(pageTickMs, await this.#idle());
    const least = byDevice ? leastMs : tick * leastSubmits;
    if (least > mostMs) return undefined;
    for (let count = 1; ;) {
      let ms = await this.#measure(count, command, byDevice);
      // A hiccup of the machine would pass for a long dispatch.
      if (count === 1 && ms < mostMs) ms = Math.min(ms, await this.#measure(count, command, byDevice));
      const most = count === mostDispatches;
      // So many dispatches take longer on any device.
      if (byDevice && most && ms < least / 4) this.fault ??= `says ${ms} ms for ${count} dispatches`;
      if (byDevice && this.fault) {
        this.gpu.note(`this device's clock ${this.fault}; kernels are compared by the page's clock`);
        return this.time(command);
      }
      if (ms >= least || (most && byDevice)) return { ms: ms / count, tick: tick / count };
      if (most) return undefined;
      count = Math.min(mostDispatches, Math.ceil((count * 1.5 * least) / Math.max(ms, least / 16)));
    }
  }

  /** Milliseconds until the page learns that a submit is done which has nothing to do: Firefox looks only every 100 ms. */
  async #idle(): Promise<number> {
    if (this.#idleMs === undefined) {
      const times = [];
      for (let i = 0; i < 3; i++) times.push(await this.#measure(0));
      this.#idleMs = Math.min(...times);
    }
    return this.#idleMs;
  }

  /** Milliseconds of so many dispatches in one submit. */
  async #measure(count: number, command?: Command, byDevice = false): Promise<number> {
    const watch = byDevice ? this.gpu.stopwatch() : undefined;
    try {
      const begun = performance.now();
      await this.gpu.uncounted(
        (encoder) => {
          const pass = computePass(encoder, watch?.writes);
          for (let i = 0; i < count; i++) pass.encode(command!);
          pass.end();
          watch?.resolve(encoder);
        },
        watch && (() => watch.ready()),
      );
      const passed = performance.now() - begun;
      const ms = watch ? watch.read() : passed;
      if (!(ms >= 0 && ms <= passed + 2 * pageTickMs)) this.fault = `says ${ms} ms where at most ${passed} have passed`;
      return ms;
    } finally {
      watch?.release();
    }
  }
}
