import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { duration } from '../start/words.mjs';
import { facts, rowNames } from './options.mjs';
import { resultsPage } from './page.mjs';

/** @typedef {import('../../app/reproduce/protocol.ts').RowName} RowName */

/**
 * A stored row: finished, or with some parts missing.
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
 * Reads the stored result of a row.
 * @param {string} folder
 * @param {RowName} name
 * @returns {Promise<Result | undefined>}
 */
export async function readResult(folder, name) {
  const file = fileOf(folder, name);
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

/**
 * Returns the parts of a row that have not been measured.
 * @param {RowName} name
 * @param {{ parts?: Record<string, Part> }} kept
 */
export const missingParts = (name, { parts = {} }) => facts[name].parts?.filter((part) => !parts[part]) ?? [];

/**
 * Reads the stored results of all rows.
 * @param {string} folder
 * @returns {Promise<Results>}
 */
export async function readResults(folder) {
  /** @type {Results} */
  const results = {};
  for (const name of rowNames) {
    const result = await readResult(folder, name);
    if (result) results[name] = result;
  }
  return results;
}

/**
 * @typedef {{ out: string, quick: boolean }} Place the folder of the results, and whether the run was only a quick try
 */

/**
 * Stores a row, and writes the page again.
 * @param {Place} place
 * @param {RowName} name
 * @param {Result} result
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
 * Prints the rows for --list, which needs no browser.
 * @param {{ out: string, row: RowName[] }} options
 */
export async function listRows({ out, row }) {
  const width = Math.max(...rowNames.map((name) => name.length)) + 2;
  const lines = row.map(async (name) => `${name.padEnd(width)}${stateOf(name, await readResult(out, name))}`);
  return (await Promise.all(lines)).join('\n');
}

/** @param {RowName} name @param {Result | undefined} result */
function stateOf(name, result) {
  const about = `about ${facts[name].softwareMinutes} min without a GPU`;
  if (!result) return `not done; ${about}`;
  const missing = missingParts(name, result);
  if (missing.length) return `not done yet: ${missing.join(', ')}; all of it takes ${about}`;
  return `done on ${result.date.slice(0, 10)} in ${duration(result.seconds)}, ${result.adapter}`;
}
