import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../setup.mjs';
import { reliabilityPage } from './page.mjs';

/** @param {string} name of one of docs/results */
const store = (name) => path.join(root, 'docs', 'results', `${name}.json`);

/** What was kept, by the names of files. @param {string} name */
export const readResults = async (name) => JSON.parse(await readFile(store(name), 'utf8').catch(() => '{}'));

/** @param {string} name @param {object} results */
export const writeResults = (name, results) => writeFile(store(name), `${JSON.stringify(results, null, 2)}\n`);

/** Writes docs/RELIABILITY.md, of all that was kept. */
export async function writePage() {
  const page = reliabilityPage(
    await readResults('reliability'),
    await readResults('mutants'),
    await readResults('faults'),
  );
  await writeFile(path.join(root, 'docs', 'RELIABILITY.md'), page);
}
