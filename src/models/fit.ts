import type { Dataset } from '../data/dataset.ts';
import { Controls } from './controls.ts';
import { batchSizeFor, checkFitOptions, type FitOptions, type History, type Training } from './fit-options.ts';
import { meanOverExamples, type AnyLoss } from './losses.ts';
import { adam } from './optimizers.ts';
import { ProgressReports } from './progress.ts';
import type { Trainable } from './trainable.ts';
import { Trainer } from './trainer.ts';
import { Validation } from './validation.ts';

/** Starts training; the result is its promise with the controls on it. */
export function startFit<L extends AnyLoss, D>(model: Trainable<L, D>, data: D, options: FitOptions<L, D>): Training<L> {
  const controls = new Controls();
  const { pause, resume, stop } = controls;
  const history = train(model, data, options, controls).finally(() => controls.release());
  return Object.assign(history, { pause, resume, stop });
}

async function train<L extends AnyLoss, D>(model: Trainable<L, D>, data: D, options: FitOptions<L, D>, controls: Controls): Promise<History<L>> {
  const began = performance.now();
  checkFitOptions(options);
  options.signal?.throwIfAborted();
  controls.listen(options.signal);
  const { place } = model;
  const cleanup: (() => void)[] = [];
  try {
    const { set: all, release } = await model.put('fit', data);
    cleanup.push(release);
    const { training, held } = await splitOff(model, all, options.validation, cleanup);
    const batch = batchSizeFor(options.batchSize, training.length);
    await model.prepare?.(training);
    const optimizer = options.optimizer ?? place.optimizer ?? adam();
    const validation = held && (await Validation.make(model, held, options));
    if (validation) cleanup.push(() => validation.dispose());
    const trainer = await Trainer.make(
      model,
      training,
      { batch, optimizer, shuffled: options.shuffle ?? true, frameBudgetMs: options.frameBudgetMs },
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
async function epochs<L extends AnyLoss, D>(
  { host, place }: Trainable<L, D>,
  trainer: Trainer<L>,
  validation: Validation<L> | undefined,
  examples: number,
  batch: number,
  options: FitOptions<L, D>,
  controls: Controls,
): Promise<Omit<History<L>, 'seconds'>> {
  const total = options.steps ?? options.epochs! * trainer.stepsPerEpoch;
  const startedAt = place.position / batch;
  const history: Omit<History<L>, 'seconds'> = { epochs: [], loss: [], stopped: 'finished', steps: 0, ...(validation && { validation: [] }) };
  const progress = new ProgressReports(trainer, options, { epochs: Math.ceil((startedAt + total) / trainer.stepsPerEpoch), steps: total, batch });

  while (history.steps < total) {
    const { position } = place;
    const wanted = Math.min(total - history.steps, trainer.stepsLeft);
    const before = history.steps;
    const losses = await trainer.run(wanted, {
      // A paused fit must not sleep through the loss of its device.
      goOn: () => host.gpu.wait(controls.goOn()),
      onFinished: (finished) => progress.finished(history.epochs.length + 1, before, finished),
    });
    await progress.settle();
    options.signal?.throwIfAborted();
    for (const { loss } of losses) history.loss.push(loss);
    history.steps += losses.length;
    if (losses.length) history.epochs.push(meanOverExamples(losses, position, batch, examples));
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
async function splitOff<L extends AnyLoss, D>(model: Trainable<L, D>, all: Dataset, validation: D | number | undefined, cleanup: (() => void)[]): Promise<{ training: Dataset; held?: Dataset }> {
  if (validation === undefined) return { training: all };
  if (typeof validation === 'number') {
    const [training, held] = all.split(1 - validation, { seed: model.seed });
    cleanup.push(() => training.dispose(), () => held.dispose());
    return { training, held };
  }
  const { set, release } = await model.put('fit: validation', validation);
  cleanup.push(release);
  return { training: all, held: set };
}
