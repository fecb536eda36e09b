import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { duration } from '../start/words.mjs';
import { facts, rowNames } from './options.mjs';
import { resultsPage } from './page.mjs';

/** @typedef {import('../../app/reproduce/protocol.ts').RowName} RowName */

/**
 * A finished row as it is kept.
 * @typedef {import('../../app/reproduce/protocol.ts').RowResult & Kept} Result
 * @typedef {object} Kept
 * @property {import('../../app/reproduce/protocol.ts').Settings} settings
 * @property {string} adapter
 * @property {string} browser
 * @property {string} date of its end
 * @property {number} seconds
 */

/** @typedef {Partial<Record<RowName, Result>>} Results */

const fileOf = (/** @type {string} */ folder, /** @type {RowName} */ name) =>
  path.join(folder, 'results', `${name}.json`);

/**
 * The rows that are finished.
 * @param {string} folder
 * @returns {Promise<Results>}
 */
export async function readResults(folder) {
  /** @type {Results} */
  const results = {};
  for (const name of rowNames.filter((name) => existsSync(fileOf(folder, name))))
    results[name] = JSON.parse(await readFile(fileOf(folder, name), 'utf8'));
  return results;
}

/** @typedef {{ out: string, quick: boolean }} Place where results go, and whether they mean anything */

/**
 * Keeps a finished row and writes the page anew.
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
 * For --list: needs no browser.
 * @param {{ out: string, row: RowName[] }} options
 */
export async function listRows({ out, row }) {
  const results = await readResults(out);
  const width = Math.max(...rowNames.map((name) => name.length)) + 2;
  const lines = row.map((name) => {
    const done = results[name];
    const state = done
      ? `done on ${done.date.slice(0, 10)} in ${duration(done.seconds)}, ${done.adapter}`
      : `not done; about ${facts[name].softwareMinutes} min without a GPU`;
    return `${name.padEnd(width)}${state}`;
  });
  return lines.join('\n');
}
