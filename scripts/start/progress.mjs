import cliProgress from 'cli-progress';
import { clock, loss, whole } from './words.mjs';

/** @typedef {import('../../app/job.ts').JobProgress} JobProgress */
/** @typedef {{ update: (progress: JobProgress) => void, end: () => void }} ProgressView `end` may come twice */

/** From now on: a bar on a terminal; plain lines in a file, a pipe or CI, where a bar would be a thousand lines. @returns {ProgressView} */
export function showProgress() {
  return process.stdout.isTTY && !process.env.CI ? bar() : lines();
}

/** @returns {ProgressView} */
function bar() {
  const view = new cliProgress.SingleBar({
    stream: process.stdout,
    format: '{bar} {percentage} %  epoch {epoch}  loss {loss}  {speed} images/s  {left} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: Math.max(8, Math.min(40, (process.stdout.columns ?? 80) - 67)),
    formatValue: (value, _options, type) => (type === 'percentage' ? `${value}`.padStart(3) : `${value}`),
    hideCursor: true,
  });
  const describe = describer();
  const end = () => view.stop();
  process.once('exit', end); // else a second Ctrl-C would leave the terminal without a cursor
  view.start(1, 0, { epoch: '–', loss: '–', speed: '–', left: '–' });
  return {
    update(progress) {
      view.setTotal(progress.steps);
      view.update(progress.step, describe(progress));
    },
    end() {
      process.off('exit', end);
      view.stop();
    },
  };
}

/** One line an epoch; more within a long one, fewer of short ones. @returns {ProgressView} */
function lines() {
  const describe = describer();
  let lastTime = performance.now();
  /** @type {JobProgress | undefined} */
  let unprinted;
  const print = (/** @type {JobProgress} */ progress) => {
    const { epoch, loss, speed, left } = describe(progress);
    console.log(`epoch ${epoch}  step ${progress.step}/${progress.steps}  loss ${loss}  ${speed} images/s  ${left} left`);
    lastTime = performance.now();
    unprinted = undefined;
  };
  return {
    update(progress) {
      unprinted = progress;
      if (performance.now() - lastTime > (progress.epochEnded ? 1000 : 10_000)) print(progress);
    },
    end() {
      if (unprinted) print(unprinted);
    },
  };
}

/** Progress in words. Between epochs a loss may be missing: then the last one still stands. */
function describer() {
  let known = '–';
  return (/** @type {JobProgress} */ progress) => {
    if (progress.loss !== undefined) known = loss(progress.loss);
    return {
      epoch: `${`${progress.epoch}`.padStart(`${progress.epochs}`.length)}/${progress.epochs}`,
      loss: known.padStart(6),
      speed: whole(progress.imagesPerSecond),
      left: clock(progress.secondsLeft),
    };
  };
}
