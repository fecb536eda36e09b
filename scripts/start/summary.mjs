import path from 'node:path';
import { styleText } from 'node:util';
import { adapter, counted, duration, loss, whole } from './words.mjs';

/** @typedef {import('../../app/job.ts').JobResult} JobResult */

/** What is about to be trained. @param {import('../../app/job.ts').JobStart} start */
export function startLine({ title, settings: { images, epochs, steps, batch, seed } }) {
  const amount = epochs ? counted(epochs, 'epoch') : counted(steps, 'step');
  return dim(`${title}: ${whole(images)} images, ${amount}, batch ${batch}, seed ${seed}`);
}

/**
 * What came of it.
 * @param {JobResult} result
 * @param {number} secondsInAll from the command's start
 * @param {string[]} written the first is the one to open
 */
export function summary(result, secondsInAll, written) {
  const { test, unit, references, steps, settings, seconds, imagesSeen, stopped } = result;
  const compared = references.map(({ name, value }) => `${name} ${value}`).join(', ');
  const [open = '', ...others] = written;
  const rows = [
    stopped === 'user' && ['stopped', `after ${whole(steps)} of ${counted(settings.steps, 'step')}`],
    ['adapter', adapter(result.adapter)],
    ['time', `${duration(seconds)} of training, ${duration(secondsInAll)} in all`],
    ['speed', `${whole(imagesSeen / seconds)} images/s`],
    ['test loss', `${bold(loss(test.loss))} ${unit}${compared && dim(`  (${compared})`)}`],
    ['written', bold(short(open))],
    ...others.map((file) => ['', dim(short(file))]),
  ].filter((row) => row !== false);
  return `\n${rows.map(([name = '', value]) => `  ${dim(name.padEnd(11))}${value}`).join('\n')}\n`;
}

/** As one would type it from here. @param {string} file */
function short(file) {
  const relative = path.relative('', file);
  return relative.startsWith('..') ? path.resolve(file) : relative;
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
