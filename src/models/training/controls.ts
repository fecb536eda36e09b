import type { History, Training } from './fit-options.ts';
import type { AnyLoss } from './losses.ts';

/** Returns a promise of a history as a training, with these controls. */
export const steered = <L extends AnyLoss>(
  history: Promise<History<L>>,
  { pause, resume, stop }: Pick<Training, 'pause' | 'resume' | 'stop'>,
): Training<L> => Object.assign(history, { pause, resume, stop });

/** Returns a training that is rejected from the start, since every error of a fit rejects its promise. */
export const refused = <L extends AnyLoss>(error: Error): Training<L> =>
  steered<L>(Promise.reject(error), { pause() {}, resume() {}, stop() {} });

/** Pause, resume and stop, which a fit checks between submits. */
export class Controls {
  stopped = false;
  #resume: (() => void) | undefined;
  #paused: Promise<void> | undefined;

  #signal: AbortSignal | undefined;

  /** Makes an abort also wake a paused fit. */
  listen(signal: AbortSignal | undefined): void {
    this.#signal = signal;
    signal?.addEventListener('abort', this.resume, { once: true });
  }

  pause = (): void => {
    if (!this.stopped && !this.#signal?.aborted) this.#paused ??= new Promise((resolve) => (this.#resume = resolve));
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
