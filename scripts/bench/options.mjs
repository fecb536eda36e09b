import path from 'node:path';
import { helpLists, optionTable, readArguments } from '../command-line.mjs';
import { root } from '../setup.mjs';

const table = optionTable({
  only: {
    value: 'work',
    several: true,
    about:
      'only works whose name begins like that: simple, vae, 512, sum, … ; may be given several times. Writes to out/bench',
  },
  beside: {
    value: 'library',
    several: true,
    about:
      'only libraries whose name begins like that: jax, tf.js, PyTorch; may be given several times. Writes to out/bench',
  },
  quick: { about: 'a rehearsal: everything within some minutes, with times that mean little; writes to out/bench' },
  profile: { about: 'also the time of each of our kernels in a step' },
  tasks: {
    about:
      'instead of all that: the longest tasks of the page while our models are trained, and the functions they are in',
  },
  fits: { about: 'instead of all that: what the tuner costs short fits (of the model simple, if no other is named)' },
  tables: {
    about:
      'instead of all that: readTable beside a split at commas and Papa Parse on a CSV that is written first, in Node and in a page of Chrome; with --runtime node in Node alone',
  },
  megabytes: {
    value: 'count',
    least: 1,
    most: 10_000,
    default: 150,
    about: 'with --tables: how large the CSV is (default: 150)',
  },
  'table-model': {
    about:
      'instead of all that: a model of a table from its text to the scores of its rows, and its step beside jax-js with rows of zeros and ones',
  },
  rows: {
    value: 'count',
    least: 1024,
    most: 10_000_000,
    default: 1_000_000,
    about: 'with --table-model: rows of the table (default: 1000000)',
  },
  out: { value: 'folder', about: 'where the results go (default: bench/results)' },
  runtime: {
    value: 'where',
    names: /** @type {('chrome' | 'node')[]} */ (['chrome', 'node']),
    default: 'chrome',
    about: 'headless Chrome (default), or Node with Dawn for a machine with a GPU and no Chrome',
  },
  built: {
    about:
      'with --runtime node: take what an earlier run has built, so that no package is needed; DAWN_NODE then names the addon',
  },
  headed: { about: 'show the browser' },
  help: { about: 'show this' },
});

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {string[]} args */
export function readOptions(args) {
  const given = readArguments(args, table, 'npm run bench');
  const partly = given.quick || given.only.length || given.beside.length;
  const usual = path.join(root, ...(partly ? ['out', 'bench'] : ['bench', 'results']));
  return { ...given, out: path.resolve(given.out ?? usual) };
}

export function helpText() {
  return `Times training and kernels of this library and of others in one page of Chrome, on one adapter, in turn, and writes tables and a chart.

  npm run bench -- [options]

${helpLists(table, []).options}`;
}
