import { computePass, type Command } from './commands.ts';
import type { Gpu } from './device.ts';

/** The precision to which most browsers round the device's clock. */
const deviceTickMs = 0.1;
/** The shortest measurement by the device's clock: 40 of its ticks. */
const leastMs = 4;
/** The shortest measurement by the page's clock, in durations of an empty submit. */
const leastSubmits = 20;
/** The longest time for which a page may be without the GPU. */
const mostMs = 100;
/** The most dispatches of one measurement. */
const mostDispatches = 2048;
/** The resolution at which pages see their own clock. */
const pageTickMs = 1;

/** The time of a dispatch, and its uncertainty by the clock's ticks. */
export interface Timing {
  readonly ms: number;
  readonly tick: number;
}

/** Measures dispatches: by the device's clock where there is a credible one, otherwise by the page's. */
export class Clock {
  /** The fault of the device's clock, if it has one. */
  fault: string | undefined;
  #idleMs: number | undefined;

  constructor(private readonly gpu: Gpu) {}

  /** The time of one dispatch, measured over many; undefined where neither clock can tell. */
  async time(command: Command): Promise<Timing | undefined> {
    const byDevice = !this.fault && this.gpu.device.features.has('timestamp-query');
    const tick = byDevice ? deviceTickMs : Math.max(pageTickMs, await this.#idle());
    const least = byDevice ? leastMs : tick * leastSubmits;
    if (least > mostMs) return undefined;
    for (let count = 1; ;) {
      let ms = await this.#measure(count, command, byDevice);
      // A delay of the machine would look like a long dispatch.
      if (count === 1 && ms < mostMs) ms = Math.min(ms, await this.#measure(count, command, byDevice));
      const most = count === mostDispatches;
      // This many dispatches take longer on any device, so the clock is wrong.
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

  /** The milliseconds until the page learns that an empty submit is done: Firefox looks only every 100 ms. */
  async #idle(): Promise<number> {
    if (this.#idleMs === undefined) {
      const times = [];
      for (let i = 0; i < 3; i++) times.push(await this.#measure(0));
      this.#idleMs = Math.min(...times);
    }
    return this.#idleMs;
  }

  /** The milliseconds of `count` dispatches in one submit. */
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
