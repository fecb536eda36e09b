import type { FitOptions } from './fit-options.ts';

/** Reports every finished submit to `onProgress`. */
export class ProgressReports {
  loss: number | undefined;
  readonly #began = performance.now();
  #readAt = performance.now();
  #reading: Promise<void> | undefined;

  constructor(
    private readonly losses: { newestLoss(): Promise<number | undefined> },
    private readonly options: Pick<FitOptions, 'onProgress' | 'progressEveryMs'>,
    /** `epoch` returns the epoch of a step of this fit. */
    private readonly totals: {
      epochs: number;
      steps: number;
      batch: number;
      done: number;
      epoch: (step: number) => number;
    },
  ) {}

  /** Reports that `steps` steps of this fit have finished. */
  finished(steps: number): void {
    const { onProgress, progressEveryMs } = this.options;
    if (!onProgress) return;
    const { epochs, steps: all, batch, done, epoch } = this.totals;
    const step = done + steps;
    const seconds = (performance.now() - this.#began) / 1000;
    const examplesPerSecond = (steps * batch) / seconds;
    onProgress({ epoch: epoch(step), epochs, step, steps: all, loss: this.loss, examplesPerSecond });
    if (progressEveryMs === undefined || this.#reading || performance.now() - this.#readAt < progressEveryMs) return;
    this.#readAt = performance.now();
    this.#reading = this.losses.newestLoss().then((loss) => {
      this.loss = loss ?? this.loss;
      this.#reading = undefined;
    });
    this.#reading.catch(() => {}); // `settle` reports it.
  }

  async settle(): Promise<void> {
    await this.#reading;
  }
}
