import type { FitOptions } from './fit-options.ts';

/** Tells `onProgress` about every finished submit. */
export class ProgressReports {
  loss: number | undefined;
  readonly #began = performance.now();
  #readAt = performance.now();
  #reading: Promise<void> | undefined;

  constructor(
    private readonly trainer: { newestLoss(finishedSteps: number): Promise<number> },
    private readonly options: Pick<FitOptions, 'onProgress' | 'progressEveryMs'>,
    private readonly totals: { epochs: number; steps: number; batch: number; done: number },
  ) {}

  finished(epoch: number, before: number, finished: number): void {
    const { onProgress, progressEveryMs } = this.options;
    if (!onProgress) return;
    const step = before + finished;
    const { epochs, steps, batch, done } = this.totals;
    const seconds = (performance.now() - this.#began) / 1000;
    onProgress({ epoch, epochs, step, steps, loss: this.loss, examplesPerSecond: ((step - done) * batch) / seconds });
    if (progressEveryMs === undefined || this.#reading || performance.now() - this.#readAt < progressEveryMs) return;
    this.#readAt = performance.now();
    this.#reading = this.trainer.newestLoss(finished).then((loss) => {
      this.loss = loss;
      this.#reading = undefined;
    });
    this.#reading.catch(() => {}); // `settle` reports it.
  }

  async settle(): Promise<void> {
    await this.#reading;
  }
}
