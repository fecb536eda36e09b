import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { counted, duration } from '../start/words.mjs';
import { facts, rowNames } from './options.mjs';
import { resultsPage } from './page.mjs';

/** @typedef {import('../../app/reproduce/protocol.ts').RowName} RowName */

/**
 * A row as it is kept: finished, or in parts of which some are missing.
 * @typedef {Partial<import('../../app/reproduce/protocol.ts').RowResult> & Kept} Stored
 * @typedef {import('../../app/reproduce/protocol.ts').RowResult & Kept} Result
 * @typedef {object} Kept
 * @property {import('../../app/reproduce/protocol.ts').Settings} settings
 * @property {string} adapter
 * @property {string} browser
 * @property {string} date of its end
 * @property {number} seconds
 * @property {Record<string, Part>} [parts] those that have been measured
 */

/** @typedef {{ figures: import('../../app/reproduce/protocol.ts').Figures, seconds: number }} Part */
/** @typedef {Partial<Record<RowName, Result>>} Results */

const fileOf = (/** @type {string} */ folder, /** @type {RowName} */ name) =>
  path.join(folder, 'results', `${name}.json`);

/**
 * What is kept of a row.
 * @param {string} folder
 * @param {RowName} name
 * @returns {Promise<Stored | undefined>}
 */
export async function readStored(folder, name) {
  const file = fileOf(folder, name);
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

/** @param {Stored | undefined} stored @returns {stored is Result} */
const finished = (stored) => stored?.comparisons !== undefined;

/**
 * The rows that are finished.
 * @param {string} folder
 * @returns {Promise<Results>}
 */
export async function readResults(folder) {
  /** @type {Results} */
  const results = {};
  for (const name of rowNames) {
    const stored = await readStored(folder, name);
    if (finished(stored)) results[name] = stored;
  }
  return results;
}

/** @typedef {{ out: string, quick: boolean }} Place where results go, and whether they mean anything */

/**
 * Keeps a row and writes the page anew.
 * @param {Place} place
 * @param {RowName} name
 * @param {Stored} result
 */
export async function keepResult(place, name, result) {
  await mkdir(path.join(place.out, 'results'), { recursive: true });
  await writeFile(fileOf(place.out, name), `${JSON.stringify(result, null, 2)}\n`);
  await writePage(place);
}

/** @param {Place} place @returns {Promise<string>} the page's path */
export async function writePage({ out, quick }) {
  const page = path.join(out, 'RESULTS.md');
  await writeFile(page, resultsPage(await readResults(out), quick));
  return page;
}

/**
 * For --list: needs no browser.
 * @param {{ out: string, row: RowName[] }} options
 */
export async function listRows({ out, row }) {
  const width = Math.max(...rowNames.map((name) => name.length)) + 2;
  const lines = row.map(async (name) => `${name.padEnd(width)}${stateOf(name, await readStored(out, name))}`);
  return (await Promise.all(lines)).join('\n');
}

/** @param {RowName} name @param {Stored | undefined} stored */
function stateOf(name, stored) {
  if (finished(stored)) return `done on ${stored.date.slice(0, 10)} in ${duration(stored.seconds)}, ${stored.adapter}`;
  const { softwareMinutes, parts = [] } = facts[name];
  const begun = stored?.parts && `${Object.keys(stored.parts).length} of ${counted(parts.length, 'part')} done`;
  return `${begun ?? 'not done'}; about ${softwareMinutes} min without a GPU`;
}
