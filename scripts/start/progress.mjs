import cliProgress from 'cli-progress';
import { clock, loss, whole } from './words.mjs';

/** @typedef {import('../../app/job.ts').JobProgress} JobProgress */
/** @typedef {{ update: (progress: JobProgress) => void, end: () => void }} ProgressView `end` may be called twice */

/**
 * Shows the progress from now on: a bar on a terminal; plain lines in a file, a pipe or CI, where a bar would take a
 * thousand lines.
 * @param {string[]} [trainings] their names, where there are several
 * @param {string} [examples] what the model learns from
 * @returns {ProgressView}
 */
export function showProgress(trainings = [], examples = 'images') {
  return process.stdout.isTTY && !process.env.CI ? bar(trainings.length > 1, examples) : lines(examples);
}

/**
 * @param {boolean} several whether to show the name of the training instead of its speed, since there is no room for
 * both
 * @param {string} examples
 * @returns {ProgressView}
 */
function bar(several, examples) {
  const view = new cliProgress.SingleBar({
    stream: process.stdout,
    format: `{bar} {percentage} %  ${several ? '{training}' : ''}epoch {epoch}  loss {loss}  ${several ? '' : `{speed} ${examples}/s  `}{left} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: Math.max(8, Math.min(40, (process.stdout.columns ?? 80) - 67)),
    formatValue: (value, _options, type) => (type === 'percentage' ? `${value}`.padStart(3) : `${value}`),
    hideCursor: true,
  });
  const describe = describer();
  const end = () => view.stop();
  process.once('exit', end); // otherwise a second Ctrl-C would leave the terminal without a cursor
  view.start(1, 0, { training: '', epoch: '–', loss: '–', speed: '–', left: '–' });
  return {
    update(progress) {
      view.update(progress.done ?? progress.step / progress.steps, describe(progress));
    },
    end() {
      process.off('exit', end);
      view.stop();
    },
  };
}

/**
 * Prints a line for each epoch, more within a long one, fewer for short ones, and at least one for each training.
 * @param {string} examples
 * @returns {ProgressView}
 */
function lines(examples) {
  const describe = describer();
  let lastTime = performance.now();
  /** @type {JobProgress | undefined} */
  let unprinted;
  const print = (/** @type {JobProgress} */ progress) => {
    const { training, epoch, loss, speed, left } = describe(progress);
    console.log(
      `${training}epoch ${epoch}  step ${progress.step}/${progress.steps}  loss ${loss}  ${speed} ${examples}/s  ${left} left`,
    );
    lastTime = performance.now();
    unprinted = undefined;
  };
  return {
    update(progress) {
      if (unprinted && unprinted.training !== progress.training) print(unprinted);
      unprinted = progress;
      if (performance.now() - lastTime > (progress.epochEnded ? 1000 : 10_000)) print(progress);
    },
    end() {
      if (unprinted) print(unprinted);
    },
  };
}

/** Returns a function that describes progress in words. If a loss is missing between epochs, it shows the last one. */
function describer() {
  let known = '–';
  /** @type {string | undefined} */
  let of;
  return (/** @type {JobProgress} */ progress) => {
    if (progress.training !== of) known = '–';
    of = progress.training;
    if (progress.loss !== undefined) known = loss(progress.loss);
    return {
      training: progress.training ? `${progress.training}  ` : '',
      epoch: `${`${progress.epoch}`.padStart(`${progress.epochs}`.length)}/${progress.epochs}`,
      loss: known.padStart(6),
      speed: whole(progress.imagesPerSecond),
      left: clock(progress.secondsLeft),
    };
  };
}
