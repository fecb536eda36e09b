import { isDeepStrictEqual } from 'node:util';
import { adapter as adapterWords, counted, duration } from '../start/words.mjs';
import { facts, rowNames } from './options.mjs';
import { partsOf, runParts } from './parts.mjs';
import { keepResult, readResults, writePage } from './results.mjs';
import { listeners, withChrome } from './session.mjs';

/** @typedef {import('./options.mjs').Options} Options */
/** @typedef {import('./results.mjs').Results} Results */
/** @typedef {import('../../app/reproduce/protocol.ts').RowName} RowName */
/** @typedef {import('../../app/reproduce/protocol.ts').Settings} Settings */

/** @param {Options} options */
export async function reproduce(options) {
  await withChrome(options, (browser, url) => runRows(browser, url, options));
}

/**
 * @param {import('../start/browser.mjs').Browser} browser
 * @param {string} url
 * @param {Options} options
 */
async function runRows(browser, url, options) {
  const { version, path } = await browser.open(`${url}app/reproduce/reproduce.html`, 'reproduction', listeners());
  const {
    adapter: info,
    software,
    settings,
  } = await browser.call((given) => window.reproduction.open(given), {
    quick: options.quick,
    minutes: options.minutes,
  });
  const adapter = adapterWords(info);
  console.log(`${version} (${path}), WebGPU adapter: ${adapter}`);
  const results = await readResults(options.out);
  /** @type {RowName[]} */
  const todo = [];
  for (const name of options.row) {
    const missing = facts[name].parts
      ? (await partsOf(options, name, settings[name])).todo.length > 0
      : options.again || !isDeepStrictEqual(results[name]?.settings, settings[name]);
    if (missing) todo.push(name);
  }
  console.log(plan(options.row, todo, results, { adapter, software }));
  for (const name of todo) {
    console.log(`\n${name}: ${facts[name].title}`);
    const begun = performance.now();
    const under = { settings: settings[name], adapter, browser: version };
    const result = facts[name].parts
      ? await runParts(browser, options, name, under)
      : await runWhole(browser, options, name, under);
    const said = !result
      ? 'not all of its parts are done'
      : options.quick
        ? 'runs through'
        : verdict(result.comparisons);
    console.log(`${name}: ${said}; ${duration((performance.now() - begun) / 1000)}`);
  }
  console.log(`\nwritten: ${await writePage(options)}`);
}

/**
 * @param {import('../start/browser.mjs').Browser} browser
 * @param {Options} options
 * @param {RowName} name
 * @param {{ settings: Settings, adapter: string, browser: string }} under
 */
async function runWhole(browser, options, name, under) {
  const begun = performance.now();
  const result = await browser.call((given) => window.reproduction.run(given), name);
  const seconds = (performance.now() - begun) / 1000;
  await keepResult(options, name, { ...result, ...under, date: new Date().toISOString(), seconds });
  return result;
}

/** @param {import('../../app/reproduce/protocol.ts').Comparison[]} comparisons */
function verdict(comparisons) {
  const missed = comparisons.filter(({ holds }) => holds === false);
  if (!missed.length) return 'as asked';
  return `${counted(missed.length, 'figure')} not as asked: ${missed.map(({ what, source }) => (source ? `${what} (beside ${source})` : what)).join('; ')}`;
}

/**
 * Prints the rows that will be run, and the time that each took last.
 * @param {RowName[]} asked
 * @param {RowName[]} todo
 * @param {Results} results
 * @param {{ adapter: string, software: boolean }} machine
 */
function plan(asked, todo, results, { adapter, software }) {
  const width = Math.max(...rowNames.map((name) => name.length)) + 2;
  const lines = asked.map((name) => {
    const last = results[name];
    if (last && !todo.includes(name))
      return `${name.padEnd(width)}kept: done on ${last.date.slice(0, 10)} in ${duration(last.seconds)}`;
    if (last?.adapter === adapter) return `${name.padEnd(width)}took ${duration(last.seconds)} here the last time`;
    return `${name.padEnd(width)}${software ? `about ${facts[name].softwareMinutes} min` : `not timed yet on this adapter; about ${facts[name].softwareMinutes} min without a GPU`}`;
  });
  return [
    '',
    ...lines,
    '',
    todo.length
      ? `${counted(todo.length, 'row')} to do. Ctrl-C stops; finished rows are kept.`
      : 'Nothing to do; --again does rows again.',
  ].join('\n');
}
