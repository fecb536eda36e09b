import type { Dataset } from '../../data/dataset.ts';
import { DataError, LatentGpuError } from '../../errors.ts';
import { Controls } from './controls.ts';
import { batchSizeFor, checkFitOptions, type FitOptions, type History, type Training } from './fit-options.ts';
import { meanOverExamples, type AnyLoss } from './losses.ts';
import { adam } from '../parts/optimizers.ts';
import { ProgressReports } from './progress.ts';
import { Recovery, type Course } from './recovery.ts';
import type { Trainable } from './trainable.ts';
import { Trainer } from './trainer.ts';
import { Validation } from './validation.ts';

/** Starts training; the result is its promise with the controls on it. */
export function startFit<L extends AnyLoss, D>(
  model: Trainable<L, D>,
  data: D,
  options: FitOptions<L, D>,
): Training<L> {
  const controls = new Controls();
  const { pause, resume, stop } = controls;
  const history = train(model, data, options, controls).finally(() => controls.release());
  return Object.assign(history, { pause, resume, stop });
}

async function train<L extends AnyLoss, D>(
  model: Trainable<L, D>,
  data: D,
  options: FitOptions<L, D>,
  controls: Controls,
): Promise<History<L>> {
  const began = performance.now();
  checkFitOptions(options);
  options.signal?.throwIfAborted();
  controls.listen(options.signal);
  let course: Course<L> = { epochs: [], loss: [], steps: 0, validation: [] };
  const recovery = options.recover ? new Recovery(model) : undefined;
  for (;;) {
    try {
      await attempt(model, data, options, controls, course, recovery);
      const { best, validation, stopped, ...rest } = course;
      const validated = options.validation === undefined ? {} : { validation, ...(best && { bestEpoch: best.epoch }) };
      return { ...rest, ...validated, stopped: stopped!, seconds: (performance.now() - began) / 1000 };
    } catch (error) {
      if (!recovery) throw error;
      // What has ended stays so: only its last words, such as the best weights, have to be said again.
      course = { ...(await recovery.after(error, options.signal)), stopped: course.stopped };
    }
  }
}

/** Goes on with a course to its end, as long as the device lasts. */
async function attempt<L extends AnyLoss, D>(
  model: Trainable<L, D>,
  data: D,
  options: FitOptions<L, D>,
  controls: Controls,
  course: Course<L>,
  recovery?: Recovery<L>,
): Promise<void> {
  const { place } = model;
  const cleanup: (() => void)[] = [];
  try {
    const { set: all, release } = await model.put('fit', data);
    cleanup.push(release);
    const { training, held } = await splitOff('fit', model, all, options.validation, cleanup);
    const batch = batchSizeFor(options.batchSize, training.length);
    await recovery?.begin(course);
    const takeBack = await model.prepare?.(training);
    const optimizer = options.optimizer ?? place.optimizer ?? adam();
    let validation: Validation<L> | undefined;
    let trainer: Trainer<L>;
    try {
      validation = held && (await Validation.make(model, held, options, course.best));
      if (validation) cleanup.push(() => validation!.dispose());
      trainer = await Trainer.make(model, training, {
        batch,
        optimizer,
        shuffled: options.shuffle ?? true,
        frameBudgetMs: options.frameBudgetMs,
      });
    } catch (error) {
      takeBack?.();
      throw error;
    }
    cleanup.push(() => trainer.dispose());
    try {
      course.stopped ??= await epochs(model, trainer, validation, training, batch, options, controls, course, recovery);
    } finally {
      await validation?.restoreBest();
    }
  } finally {
    for (const free of cleanup.reverse()) free();
  }
}

/** The epochs of a fit, one readback each; one more where there is validation, and one where it is to survive its device. */
async function epochs<L extends AnyLoss, D>(
  { host, place }: Trainable<L, D>,
  trainer: Trainer<L>,
  validation: Validation<L> | undefined,
  data: Dataset,
  batch: number,
  options: FitOptions<L, D>,
  controls: Controls,
  course: Course<L>,
  recovery?: Recovery<L>,
): Promise<Course<L>['stopped']> {
  const total = options.steps ?? options.epochs! * trainer.stepsPerEpoch;
  const toCome = Math.ceil((place.position / batch + total - course.steps) / trainer.stepsPerEpoch);
  const progress = new ProgressReports(trainer, options, {
    epochs: course.epochs.length + toCome,
    steps: total,
    batch,
    done: course.steps,
  });

  while (course.steps < total) {
    const { position } = place;
    const wanted = Math.min(total - course.steps, trainer.stepsLeft);
    const before = course.steps;
    const losses = await trainer.run(wanted, {
      goOn: async () => {
        // A paused fit must not sleep through the loss of its device.
        const goesOn = await host.gpu.wait(controls.goOn());
        if (host.parameters.disposed)
          throw new LatentGpuError('fit: the model was disposed while it was being trained');
        if (data.disposed) throw new DataError('fit: the data set was disposed while it was being trained on');
        return goesOn;
      },
      onFinished: (finished) => progress.finished(course.epochs.length + 1, before, finished),
    });
    await progress.settle();
    options.signal?.throwIfAborted();
    for (const { loss } of losses) course.loss.push(loss);
    course.steps += losses.length;
    if (losses.length) course.epochs.push(meanOverExamples(losses, position, batch, data.length));
    if (losses.length < wanted) return 'user';

    const epoch = course.epochs.at(-1)!;
    progress.loss = epoch.loss;
    const checked = await validation?.check(course.epochs.length);
    if (checked) course.validation.push(checked.losses);
    course.best = validation?.best;
    await recovery?.keep(course);
    await options.onEpochEnd?.({
      ...epoch,
      epoch: course.epochs.length,
      validation: checked?.losses,
      best: checked?.best ?? false,
    });
    if (controls.stopped && course.steps < total) return 'user';
    options.signal?.throwIfAborted();
    if (checked?.outOfPatience && course.steps < total) return 'patience';
  }
  return 'finished';
}

/** Splits the validation part off by the model's seed, or takes the one that was given. @throws DataError where one part would be empty */
export async function splitOff<L extends AnyLoss, D>(
  where: string,
  { seed, put }: Pick<Trainable<L, D>, 'seed' | 'put'>,
  all: Dataset,
  validation: D | number | undefined,
  cleanup: (() => void)[],
): Promise<{ training: Dataset; held?: Dataset }> {
  if (validation === undefined) return { training: all };
  if (typeof validation === 'number') {
    const kept = Math.round(all.length * (1 - validation));
    if (kept < 1 || kept >= all.length)
      throw new DataError(
        `${where}: a validation of ${validation} of ${all.length} examples leaves one side empty, none to ${kept < 1 ? 'train' : 'validate'} on; give more examples, or data of their own as \`validation\``,
      );
    const [training, held] = all.split(1 - validation, { seed });
    cleanup.push(
      () => training.dispose(),
      () => held.dispose(),
    );
    return { training, held };
  }
  const { set, release } = await put(`${where}: validation`, validation);
  cleanup.push(release);
  return { training: all, held: set };
}
