import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Failure } from '../failure.mjs';

/** @type {Record<string, { about: string, epochs: number, batch: number }>} */
const models = JSON.parse(readFileSync(new URL('../../app/models.json', import.meta.url), 'utf8'));
const epochs = Object.entries(models).map(([name, model]) => `${model.epochs} for ${name}`);
const batches = Object.entries(models).map(([name, model]) => `${model.batch} for ${name}`);

/**
 * `value` is what the help calls the option's value; an option without one is a switch. `least` makes it a whole number.
 * @type {Record<string, { value?: string, least?: number, most?: number, about: string }>}
 */
const table = {
  model: { value: 'name', about: 'what to train (default: simple)' },
  epochs: { value: 'n', least: 1, about: `passes over the training images (default: ${epochs.join(', ')})` },
  steps: { value: 'n', least: 1, about: 'batches to train on, instead of --epochs; --steps 1 is the dry run' },
  batch: { value: 'n', least: 1, about: `images a step (default: ${batches.join(', ')})` },
  images: { value: 'n', least: 1, about: 'training images to use (default: all, that is 60000)' },
  seed: { value: 'n', least: 0, most: 2 ** 32 - 1, about: 'of weights and shuffling (default: 0)' },
  out: { value: 'folder', about: 'where the results go (default: out)' },
  data: { value: 'folder', about: "IDX files named as MNIST's, gzipped or not (default: MNIST itself)" },
  headed: { about: 'show the browser' },
  help: { about: 'show this' },
};

/**
 * @typedef {object} Options
 * @property {import('../../app/models.ts').ModelName} model
 * @property {number} [epochs]
 * @property {number} [steps]
 * @property {number} [batch]
 * @property {number} [images]
 * @property {number} seed
 * @property {string} out
 * @property {string} [data]
 * @property {boolean} headed
 * @property {boolean} help
 */

/**
 * @param {string[]} args
 * @returns {Options}
 */
export function readOptions(args) {
  /** @type {NonNullable<import('node:util').ParseArgsConfig['options']>} */
  const options = {};
  for (const [name, { value }] of Object.entries(table)) options[name] = { type: value ? 'string' : 'boolean' };
  // Not strict: its own messages are about `parseArgs` and not about this command.
  const { tokens } = parseArgs({ args, strict: false, tokens: true, options });
  /** @type {Record<string, string | number | boolean>} */
  const given = {};
  for (const token of tokens) {
    if (token.kind === 'positional') throw new Failure(`'${token.value}' is no option; npm start -- --help lists them`);
    if (token.kind === 'option') given[token.name] = readOption(token.rawName, token.name, token.value);
  }
  if (given.epochs !== undefined && given.steps !== undefined) throw new Failure('--epochs and --steps exclude each other');
  return /** @type {Options} */ ({ model: 'simple', seed: 0, out: 'out', headed: false, help: false, ...given });
}

/**
 * @param {string} written as on the command line
 * @param {string} name
 * @param {string | undefined} value
 */
function readOption(written, name, value) {
  const known = table[name];
  if (!known) {
    const meant = Object.keys(table).find((other) => name.length > 2 && (other.startsWith(name) || name.startsWith(other)));
    throw new Failure(`there is no option ${written}${meant ? `; did you mean --${meant}?` : '; npm start -- --help lists them'}`);
  }
  if (!known.value) {
    if (value !== undefined) throw new Failure(`--${name} takes no value, not '${value}'`);
    return true;
  }
  if (!value || value.startsWith('--')) throw new Failure(`--${name} needs a value: --${name} <${known.value}>`);
  if (name === 'model' && !Object.hasOwn(models, value)) {
    throw new Failure(`there is no model '${value}'; there is ${Object.keys(models).join(', ')}`);
  }
  return known.least === undefined ? value : readNumber(name, value, known.least, known.most ?? Number.MAX_SAFE_INTEGER);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {number} least
 * @param {number} most
 */
function readNumber(name, value, least, most) {
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new Failure(`--${name} must be a whole number ${range}, not '${value}'`);
}

export function helpText() {
  const lines = Object.entries(table).map(([name, { value, about }]) => [value ? `--${name} <${value}>` : `--${name}`, about]);
  const width = Math.max(...lines.map(([left = '']) => left.length)) + 2;
  const list = (/** @type {string[][]} */ rows) => rows.map(([left = '', right]) => `  ${left.padEnd(width)}${right}`).join('\n');
  return `Trains an autoencoder on MNIST in Chrome, on the GPU if there is one, and writes
pictures, weights and a report. Ctrl-C stops it and keeps what was trained.

  npm start -- [options]

${list(lines)}

Models:
${list(Object.entries(models).map(([name, { about }]) => [name, about]))}`;
}
