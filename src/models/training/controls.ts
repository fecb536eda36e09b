/** Pausing, resuming, stopping: asked about between submits. */
export class Controls {
  stopped = false;
  #resume: (() => void) | undefined;
  #paused: Promise<void> | undefined;

  #signal: AbortSignal | undefined;

  /** From now on, an abort also wakes a paused fit. */
  listen(signal: AbortSignal | undefined): void {
    this.#signal = signal;
    signal?.addEventListener('abort', this.resume, { once: true });
  }

  pause = (): void => {
    if (!this.stopped) this.#paused ??= new Promise((resolve) => (this.#resume = resolve));
  };

  resume = (): void => {
    this.#resume?.();
    this.#paused = undefined;
  };

  stop = (): void => {
    this.stopped = true;
    this.resume();
  };

  goOn = async (): Promise<boolean> => {
    while (this.#paused) await this.#paused;
    return !this.stopped && !this.#signal?.aborted;
  };

  release(): void {
    this.#signal?.removeEventListener('abort', this.resume);
  }
}
