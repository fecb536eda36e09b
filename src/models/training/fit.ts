import type { Dataset } from '../../data/dataset.ts';
import { DataError, LatentGpuError } from '../../errors.ts';
import type { Parameters } from '../../runtime/parameters.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { scoped, type Scope } from '../../runtime/scope.ts';
import { adam } from '../parts/optimizers.ts';
import { Controls, steered } from './controls.ts';
import { batchSizeFor, checkFitOptions, type FitOptions, type History, type Training } from './fit-options.ts';
import { FrozenStep } from './frozen-step.ts';
import { EpochMeans, type AnyLoss } from './losses.ts';
import { ProgressReports } from './progress.ts';
import type { Course, Recovery } from './recovery.ts';
import type { Trainable } from './trainable.ts';
import { Trainer } from './trainer.ts';
import type { Validation } from './validation.ts';

const validating = onDemand(() => import('./validation.ts'));

/** Starts training, and returns its promise with the methods that control it. */
export function startFit<L extends AnyLoss, D>(
  model: Trainable<L, D>,
  data: D,
  options: FitOptions<L, D>,
): Training<L> {
  const controls = new Controls();
  const history = new Fit(model, data, options, controls).run().finally(() => controls.release());
  return steered(history, controls);
}

/** @throws LatentGpuError where the weights of a model that is being trained were disposed */
export function checkAlive(where: string, weights: readonly Pick<Parameters, 'disposed'>[]): void {
  if (weights.some(({ disposed }) => disposed))
    throw new LatentGpuError(`${where}: the model was disposed while it was being trained`);
}

/** One fit: its options and its progress. */
class Fit<L extends AnyLoss, D> {
  readonly #began = performance.now();
  #course: Course<L> = { epochs: [], loss: [], steps: 0, validation: [] };
  #recovery: Recovery<L> | undefined;

  constructor(
    private readonly model: Trainable<L, D>,
    private readonly data: D,
    private readonly options: FitOptions<L, D>,
    private readonly controls: Controls,
  ) {}

  /**
   * Trains from the beginning to the end. With `recover`, it continues from the last epoch after the loss of a device.
   */
  async run(): Promise<History<L>> {
    const { model, options } = this;
    checkFitOptions(options);
    options.signal?.throwIfAborted();
    this.controls.listen(options.signal);
    // Imported on demand: pages that do not use `recover` do not load it.
    if (options.recover) this.#recovery = new (await import('./recovery.ts')).Recovery(model);
    for (;;) {
      try {
        await scoped((scope) => this.#train(scope));
        return this.#history();
      } catch (error) {
        if (!this.#recovery) throw error;
        // Where training has ended already, only the best weights have to be restored again.
        const { stopped } = this.#course;
        this.#course = { ...(await this.#recovery.after(error, options.signal)), stopped };
      }
    }
  }

  /** Uploads the data, prepares training, and trains to the end of the fit. */
  async #train(scope: Scope): Promise<void> {
    const { model, options } = this;
    const { validation: given } = options;
    const prepared = given === undefined ? undefined : validating.prepare();
    prepared?.catch(() => {}); // It is awaited below, unless the upload fails before.
    const set = scope.ownSet(await model.put('fit', this.data));
    await prepared;
    const whole = { training: set, held: undefined };
    const { training, held } =
      given === undefined ? whole : await validating().splitOff(scope, 'fit', model, set, given);
    const batch = batchSizeFor(options.batchSize, training.length);
    await this.#recovery?.begin(this.#course);
    const { trainer, validation } = await this.#prepare(scope, batch, training, held);
    try {
      this.#course.stopped ??= await this.#epochs(trainer, validation);
    } finally {
      await validation?.restoreBest();
    }
  }

  /** Makes the trainer and the validation. If that fails, the model stays unchanged. */
  async #prepare(scope: Scope, batch: number, training: Dataset, held?: Dataset) {
    const { model, options } = this;
    const { shuffle: shuffled = true, frameBudgetMs } = options;
    const runsAhead = !this.#hasBoundaries;
    const takeBack = await model.prepare?.(training);
    const optimizer = options.optimizer ?? model.place.optimizer ?? adam();
    try {
      const validation = held && (await validating().Validation.make(scope, model, held, options, this.#course));
      const step = await FrozenStep.make(scope, model, training, { batch, optimizer, shuffled, runsAhead });
      return { trainer: new Trainer(model, step, runsAhead, frameBudgetMs), validation };
    } catch (error) {
      takeBack?.();
      throw error;
    }
  }

  /** Whether a callback, validation or recovery needs the weights at the end of each epoch. */
  get #hasBoundaries(): boolean {
    const { validation, recover, onEpochEnd } = this.options;
    return validation !== undefined || recover === true || onEpochEnd !== undefined;
  }

  /**
   * Trains to the end. Losses are processed when they have been read back; without boundaries, the next epoch is
   * trained meanwhile.
   */
  async #epochs(trainer: Trainer<L>, validation?: Validation<L>): Promise<Course<L>['stopped']> {
    const { options, controls, model } = this;
    const { stepsPerEpoch, step } = trainer;
    const { batch, data } = step.contents;
    const course = this.#course;
    const { steps: done, epochs } = course;
    const { position } = model.place;
    const total = options.steps ?? options.epochs! * stepsPerEpoch;
    // The steps of this fit's first epoch that were made before this fit, which may begin within an epoch.
    const offset = epochs.length * stepsPerEpoch + position / batch - done;
    const epoch = (steps: number) => Math.ceil((offset + steps) / stepsPerEpoch);
    const progress = new ProgressReports(step, options, { epochs: epoch(total), steps: total, batch, done, epoch });
    const means = new EpochMeans<L>(position, batch, data.length);
    const goOn = () => this.#goesOn(data);
    for await (const losses of trainer.train(total - done, { goOn, onFinished: (steps) => progress.finished(steps) })) {
      options.signal?.throwIfAborted();
      const ended = epochs.length;
      for (const each of losses) {
        course.loss.push(each.loss);
        course.steps++;
        const mean = means.add(each) ?? (course.steps === total ? means.end() : undefined);
        if (mean) epochs.push(mean);
      }
      progress.loss = epochs.at(-1)?.loss ?? progress.loss;
      if (!this.#hasBoundaries || epochs.length === ended) continue;
      await progress.settle();
      const outOfPatience = await this.#endEpoch(validation);
      if (controls.stopped && course.steps < total) return 'user';
      options.signal?.throwIfAborted();
      if (outOfPatience && course.steps < total) return 'patience';
    }
    await progress.settle();
    options.signal?.throwIfAborted();
    const rest = means.end();
    if (rest) epochs.push(rest);
    return course.steps < total ? 'user' : 'finished';
  }

  /** Waits between submits while training is paused; returns whether it continues. */
  async #goesOn(data: Dataset): Promise<boolean> {
    const { owner, used = [] } = this.model;
    const { gpu, parameters } = owner;
    // A paused fit must notice the loss of its device.
    const goesOn = await gpu.wait(this.controls.goOn());
    checkAlive('fit', [parameters, ...used]);
    if (data.disposed) throw new DataError('fit: the data set was disposed while it was being trained on');
    return goesOn;
  }

  /** Validates, stores a recovery point, and reports the epoch; returns true if patience has run out. */
  async #endEpoch(validation?: Validation<L>): Promise<boolean> {
    const course = this.#course;
    const epoch = course.epochs.length;
    const checked = await validation?.check(epoch);
    if (checked) course.validation.push(checked.losses);
    course.best = validation?.best;
    course.fallen = validation?.fallen;
    await this.#recovery?.keep(course);
    const { losses, best = false, outOfPatience = false } = checked ?? {};
    await this.options.onEpochEnd?.({ ...course.epochs.at(-1)!, epoch, validation: losses, best });
    return outOfPatience;
  }

  #history(): History<L> {
    const { best, validation, stopped, ...rest } = this.#course;
    const validated =
      this.options.validation === undefined ? {} : { validation, ...(best && { bestEpoch: best.epoch }) };
    return { ...rest, ...validated, stopped: stopped!, seconds: (performance.now() - this.#began) / 1000 };
  }
}
