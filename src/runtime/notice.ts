/**
 * Whether this browser looks rarely: Firefox checks only every 100 ms whether the device has finished something, but
 * also at each submit.
 */
const looksRarely = (globalThis.navigator as Partial<Navigator> | undefined)?.userAgent?.includes('Firefox') ?? false;
/** The shortest interval of a page's timers. */
const everyMs = 4;

/** Makes a browser that checks its device rarely notice finished work in time, by empty submits. */
export class Notice {
  #waiting = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly queue: GPUQueue,
    private readonly needed = looksRarely,
  ) {}

  /** The device's promise, noticed in time. */
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
