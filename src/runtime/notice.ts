/** Firefox looks only every 100 ms whether the device has finished something, but also at each submit; the others tell by themselves. */
const looksRarely = (globalThis.navigator as Partial<Navigator> | undefined)?.userAgent?.includes('Firefox') ?? false;
/** Browsers let no timer of a page come more often. */
const everyMs = 4;

/** Makes a browser that looks rarely at its device notice in time what is waited for: by submits that have nothing to do. */
export class Notice {
  #waiting = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly queue: GPUQueue,
    private readonly needed = looksRarely,
  ) {}

  /** The promise of the device, noticed in time. */
  async inTime<T>(promise: Promise<T>): Promise<T> {
    if (!this.needed) return promise;
    this.#waiting++;
    this.#timer ??= setInterval(() => this.queue.submit([]), everyMs);
    try {
      return await promise;
    } finally {
      if (!--this.#waiting) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
    }
  }
}
