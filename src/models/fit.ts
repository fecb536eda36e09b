import { asDataset, type Data, type Dataset } from '../data/dataset.ts';
import { boundRange, emptyTensor, type Tensor } from '../runtime/tensor.ts';
import type { Tape } from '../runtime/tape.ts';
import { batchSizeFor, checkFitOptions, type FitOptions, type History, type Losses, type Training } from './fit-options.ts';
import type { Host } from './network.ts';
import { adam } from './optimizers.ts';
import { Evaluation, meanOverExamples } from './run.ts';
import { Trainer, type Place } from './trainer.ts';

/** What `fit` needs to know of a model. */
export interface Trainable {
  readonly host: Host;
  readonly place: Place;
  readonly seed: number;
  readonly inputShape: readonly number[];
  /** @throws DataError where the loss cannot work on such data */
  checkData(data: Dataset): void;
  /** Records the model on a batch and its loss, with its gradient or without. */
  recordLoss(tape: Tape, x: Tensor, state: Tensor, gradient: boolean): Tensor;
  /** The loss as it is reported, from the mean that the device returns. */
  report(mean: number): Losses;
}

/** Pausing, resuming, stopping: asked about between submits. */
class Controls {
  stopped = false;
  #resume: (() => void) | undefined;
  #paused: Promise<void> | undefined;

  constructor(private readonly signal?: AbortSignal) {
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
    return !this.stopped && !this.signal?.aborted;
  };

  release(): void {
    this.signal?.removeEventListener('abort', this.resume);
  }
}

/** Starts training; the result is its promise with the controls on it. */
export function startFit(model: Trainable, data: Data, options: FitOptions): Training {
  const controls = new Controls(options?.signal);
  const { pause, resume, stop } = controls;
  const history = train(model, data, options, controls).finally(() => controls.release());
  return Object.assign(history, { pause, resume, stop });
}

async function train(model: Trainable, data: Data, options: FitOptions, controls: Controls): Promise<History> {
  const began = performance.now();
  checkFitOptions(options);
  options.signal?.throwIfAborted();
  const { host, place } = model;
  const cleanup: (() => void)[] = [];
  try {
    const { set: all, release } = await asDataset('fit', host.gpu, data, model.inputShape);
    cleanup.push(release);
    model.checkData(all);
    const { training, held } = await splitOff(model, all, options.validation, cleanup);
    const batch = batchSizeFor(options.batchSize, training.length);
    const optimizer = options.optimizer ?? place.optimizer ?? adam();
    const validation = held && (await Validation.make(model, held, options));
    if (validation) cleanup.push(() => validation.dispose());
    const trainer = await Trainer.make(
      host,
      place,
      training,
      { batch, optimizer, shuffled: options.shuffle ?? true, seed: model.seed, frameBudgetMs: options.frameBudgetMs },
      (tape, x, state) => model.recordLoss(tape, x, state, true),
    );
    cleanup.push(() => trainer.dispose());
    try {
      const history = await epochs(model, trainer, validation, training.length, batch, options, controls);
      return { ...history, seconds: (performance.now() - began) / 1000 };
    } finally {
      await validation?.restoreBest();
    }
  } finally {
    for (const free of cleanup.reverse()) free();
  }
}

/** The epochs of a fit, one readback each; and one more where there is validation. */
async function epochs(
  { place, report }: Trainable,
  trainer: Trainer,
  validation: Validation | undefined,
  examples: number,
  batch: number,
  options: FitOptions,
  controls: Controls,
): Promise<Omit<History, 'seconds'>> {
  const total = options.steps ?? options.epochs! * trainer.stepsPerEpoch;
  const startedAt = place.position / batch;
  const history: Omit<History, 'seconds'> = { epochs: [], loss: [], stopped: 'finished', steps: 0, ...(validation && { validation: [] }) };
  const progress = new ProgressReports(trainer, options, { epochs: Math.ceil((startedAt + total) / trainer.stepsPerEpoch), steps: total, batch });

  while (history.steps < total) {
    const { position } = place;
    const wanted = Math.min(total - history.steps, trainer.stepsLeft);
    const before = history.steps;
    const losses = await trainer.run(wanted, {
      goOn: controls.goOn,
      onFinished: (finished) => progress.finished(history.epochs.length + 1, before, finished),
    });
    await progress.settle();
    options.signal?.throwIfAborted();
    for (const mean of losses) history.loss.push(report(mean).loss);
    history.steps += losses.length;
    if (losses.length) history.epochs.push(report(meanOverExamples(losses, position, batch, examples)));
    if (losses.length < wanted) return { ...history, stopped: 'user' };

    const epoch = history.epochs.at(-1)!;
    progress.loss = epoch.loss;
    const checked = await validation?.check(history.epochs.length);
    if (checked) history.validation!.push(checked.losses);
    if (validation) history.bestEpoch = validation.bestEpoch;
    await options.onEpochEnd?.({ ...epoch, epoch: history.epochs.length, validation: checked?.losses, best: checked?.best ?? false });
    if (controls.stopped && history.steps < total) return { ...history, stopped: 'user' };
    options.signal?.throwIfAborted();
    if (checked?.outOfPatience && history.steps < total) return { ...history, stopped: 'patience' };
  }
  return history;
}

/** Splits the validation part off, or takes the one that was given. */
async function splitOff(model: Trainable, all: Dataset, validation: Data | number | undefined, cleanup: (() => void)[]): Promise<{ training: Dataset; held?: Dataset }> {
  if (validation === undefined) return { training: all };
  if (typeof validation === 'number') {
    const [training, held] = all.split(1 - validation, { seed: model.seed });
    cleanup.push(() => training.dispose(), () => held.dispose());
    return { training, held };
  }
  const { set, release } = await asDataset('fit: validation', model.host.gpu, validation, model.inputShape);
  cleanup.push(release);
  model.checkData(set);
  return { training: all, held: set };
}

/** The loss on data held back, the best weights so far, and patience. */
class Validation {
  bestEpoch: number | undefined;
  #bestLoss = Infinity;

  private constructor(
    private readonly model: Trainable,
    private readonly evaluation: Evaluation,
    private readonly best: Tensor | undefined,
    private readonly patience: number,
    private readonly minDelta: number,
  ) {}

  static async make(model: Trainable, data: Dataset, { patience, minDelta = 0, restoreBest = patience !== undefined }: FitOptions): Promise<Validation> {
    const evaluation = await Evaluation.make(data, (tape, x, state) => model.recordLoss(tape, x, state, false));
    const { gpu, parameters } = model.host;
    const best = restoreBest ? emptyTensor(gpu, parameters.values.shape, 'f32', 'best values') : undefined;
    return new Validation(model, evaluation, best, patience ?? Infinity, minDelta);
  }

  async check(epoch: number): Promise<{ losses: Losses; best: boolean; outOfPatience: boolean }> {
    const losses = this.model.report(await this.evaluation.run());
    const best = losses.loss < this.#bestLoss - this.minDelta;
    if (best) {
      this.#bestLoss = losses.loss;
      this.bestEpoch = epoch;
      if (this.best) await this.#copy(this.model.host.parameters.values, this.best);
    }
    return { losses, best, outOfPatience: epoch - (this.bestEpoch ?? 0) > this.patience };
  }

  /** Does nothing where that was not asked for, or no epoch has come to its end. */
  async restoreBest(): Promise<void> {
    if (this.best && this.bestEpoch !== undefined) await this.#copy(this.best, this.model.host.parameters.values);
  }

  dispose(): void {
    this.evaluation.dispose();
    this.best?.dispose();
  }

  #copy(from: Tensor, to: Tensor): Promise<void> {
    return this.model.host.gpu.submit((encoder) => {
      encoder.copyBufferToBuffer(boundRange(from).buffer, 0, boundRange(to).buffer, 0, from.bytes);
      return 0;
    });
  }
}

/** Tells `onProgress` about every finished submit. */
class ProgressReports {
  loss: number | undefined;
  readonly #began = performance.now();
  #readAt = performance.now();
  #reading: Promise<void> | undefined;

  constructor(
    private readonly trainer: Trainer,
    private readonly options: FitOptions,
    private readonly totals: { epochs: number; steps: number; batch: number },
  ) {}

  finished(epoch: number, before: number, finished: number): void {
    const { onProgress, progressEveryMs } = this.options;
    if (!onProgress) return;
    const step = before + finished;
    const { epochs, steps, batch } = this.totals;
    const seconds = (performance.now() - this.#began) / 1000;
    onProgress({ epoch, epochs, step, steps, loss: this.loss, examplesPerSecond: (step * batch) / seconds });
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
