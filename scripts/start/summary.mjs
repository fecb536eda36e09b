import { styleText } from 'node:util';
import { adapter, counted, duration, loss, measured, parts, short, trainingSeconds, whole } from './words.mjs';

/** @typedef {import('../../app/job.ts').JobResult} JobResult */

/** Returns a line on the training that begins. @param {import('../../app/job.ts').JobStart} start */
export function startLine({ title, trainings, settings: { images, epochs, steps, batch, seed } }) {
  const amount = epochs ? counted(epochs, 'epoch') : counted(steps, 'step');
  const each = trainings.length > 1 ? ` for each of ${trainings.length} trainings (${trainings.join(', ')})` : '';
  return dim(`${title}: ${whole(images)} images, ${amount}${each}, batch ${batch}, seed ${seed}`);
}

/**
 * Returns the summary of a training.
 * @param {JobResult} result
 * @param {number} secondsInAll from the command's start
 * @param {string[]} written the written files, the first of which is the one to open
 */
export function summary(result, secondsInAll, written) {
  const { test, unit, references, numbers, steps, settings, seconds, imagesSeen, stopped } = result;
  const compared = references.map(({ name, value }) => `${name} ${measured(value)}`).join(', ');
  const [open = '', ...others] = written;
  const rows = [
    stopped && [
      'stopped',
      `${stopped.training && `${stopped.training}: `}after ${whole(stopped.steps)} of ${counted(settings.steps, 'step')}`,
    ],
    ['adapter', adapter(result.adapter)],
    ['time', `${duration(trainingSeconds(result))} of training, ${duration(secondsInAll)} in all`],
    steps > 0 && ['speed', `${whole(imagesSeen / seconds)} images/s`],
    ['test loss', `${bold(loss(test.loss))} ${unit}${compared && dim(`  (${compared})`)}`],
    ...parts(test).map(({ name, value }) => ['', `${loss(value)} ${name}`]),
    ...numbers.map(({ name, value }, i) => [i ? '' : 'measured', `${measured(value)} ${name}`]),
    ['written', bold(short(open))],
    ...others.map((file) => ['', dim(short(file))]),
  ].filter((row) => !!row);
  return `\n${rows.map(([name = '', value]) => `  ${dim(name.padEnd(11))}${value}`).join('\n')}\n`;
}

const styled = process.stdout.isTTY && !process.env.NO_COLOR;

/** @param {string} text */
function dim(text) {
  return styled ? styleText('dim', text) : text;
}

/** @param {string} text */
function bold(text) {
  return styled ? styleText('bold', text) : text;
}
