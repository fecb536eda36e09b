import { readFileSync } from 'node:fs';
import { helpLists, optionTable, readArguments } from '../command-line.mjs';
import { Failure } from '../failure.mjs';
import { counted } from './words.mjs';

/** @type {Record<string, { about: string, epochs: number, batch: number, labels?: boolean }>} `labels`: those of the training images are needed */
export const models = JSON.parse(readFileSync(new URL('../../app/models.json', import.meta.url), 'utf8'));

/** The models that are trained on a user's own file. @type {Record<string, { about: string }>} */
export const ofFiles = JSON.parse(readFileSync(new URL('../../app/files.json', import.meta.url), 'utf8'));

const table = optionTable({
  model: {
    value: 'name',
    names: [...Object.keys(models), ...Object.keys(ofFiles)],
    default: 'simple',
    about: 'what to train (default: simple)',
  },
  epochs: {
    value: 'n',
    least: 1,
    about: 'passes over the training images (default: the model’s); where a model has several trainings, of each',
  },
  steps: { value: 'n', least: 1, about: 'batches to train on, instead of --epochs; --steps 1 is the dry run' },
  batch: { value: 'n', least: 1, about: 'images a step (default: the model’s)' },
  images: { value: 'n', least: 1, about: 'training images to use (default: all, that is 60000)' },
  seed: {
    value: 'n',
    least: 0,
    most: 2 ** 32 - 1,
    default: 0,
    about: 'the seed of weights and shuffling (default: 0)',
  },
  out: { value: 'folder', default: 'out', about: 'where the results go (default: out)' },
  data: {
    value: 'folder',
    about: "folder of IDX files named as MNIST's, gzipped or not (default: MNIST itself); or one file",
  },
  label: { value: 'column', about: 'for a table: the column of labels, which the model does not see' },
  window: {
    value: 'n',
    least: 1,
    about: 'for a series: time steps in a window (default: 288, or a tenth of the file)',
  },
  headed: { about: 'show the browser' },
  help: { about: 'show this' },
});

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {string[]} args */
export function readOptions(args) {
  const given = readArguments(args, table, 'npm start');
  if (given.epochs !== undefined && given.steps !== undefined)
    throw new Failure('--epochs and --steps exclude each other');
  const own = Object.hasOwn(ofFiles, given.model);
  if (own && given.data === undefined) throw new Failure(`--model ${given.model} needs a file: --data <file>`);
  if (own && given.images !== undefined) throw new Failure(`--model ${given.model} has no images`);
  if (given.label !== undefined && given.model !== 'table') throw new Failure('--label is for --model table');
  if (given.window !== undefined && given.model !== 'series') throw new Failure('--window is for --model series');
  return given;
}

export function helpText() {
  const lists = helpLists(
    table,
    Object.entries(models).map(([name, { about, epochs, batch }]) => [
      name,
      `${about} (${counted(epochs, 'epoch')}, batch ${batch})`,
    ]),
  );
  const files = helpLists(
    {},
    Object.entries(ofFiles).map(([name, { about }]) => [name, about]),
  );
  return `Trains an autoencoder on MNIST in Chrome, on the GPU if there is one, and writes
pictures, weights and a report. Ctrl-C stops it and keeps what was trained.

  npm start -- [options]

${lists.options}

Models:
${lists.others}

Models of a file of your own:
${files.others}`;
}
