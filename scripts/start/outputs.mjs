import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { reportHtml } from './report.mjs';

/** @typedef {import('../../app/job.ts').JobResult} JobResult */

/**
 * @typedef {object} Circumstances what the page does not know
 * @property {string} browser
 * @property {string} date
 * @property {string} [data] a folder other than MNIST's
 */

/**
 * @param {string} folder
 * @param {JobResult} result
 * @param {Circumstances} circumstances
 * @returns {Promise<string[]>} the paths, the report first
 */
export async function writeOutputs(folder, result, circumstances) {
  /** @type {[string, string | Buffer][]} */
  const files = [
    ['report.html', await reportHtml(result, circumstances)],
    ...result.pictures.map(
      ({ name, file }) => /** @type {[string, Buffer]} */ ([`${name}.png`, Buffer.from(file, 'base64')]),
    ),
    ['history.json', historyJson(result, circumstances)],
    ['weights.safetensors', Buffer.from(result.weights, 'base64')],
  ];
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
  return files.map(([name]) => path.join(folder, name));
}

/**
 * @param {JobResult} result
 * @param {Circumstances} circumstances
 */
function historyJson(
  { pictures: _pictures, weights: _weights, summary: _summary, loss, settings, pretraining, rivals, ...rest },
  circumstances,
) {
  // Eight digits are as exact as a float32. The losses of all steps are on one line, at the end of the file.
  const rounded = (/** @type {number[]} */ losses) => losses.map((value) => Number(value.toPrecision(8)));
  const sides = (/** @type {typeof rivals} */ trainings) =>
    trainings.map((training) => ({ ...training, loss: rounded(training.loss) }));
  const history = {
    ...circumstances,
    options: settings,
    ...rest,
    ...(rest.steps > 0 ? { imagesPerSecond: rest.imagesSeen / rest.seconds } : {}),
    ...(pretraining.length ? { pretraining: sides(pretraining) } : {}),
    ...(rivals.length ? { rivals: sides(rivals) } : {}),
    loss: rounded(loss),
  };
  return JSON.stringify(history, null, 2).replace(/"loss": \[[^\]]*\]/g, (list) => list.replace(/\s+/g, ' ')) + '\n';
}
