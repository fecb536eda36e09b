import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { reliabilityPage } from './page.mjs';

/** The path of a file of results. @param {string} out @param {string} name */
const store = (out, name) => path.join(out, 'results', `${name}.json`);

/** Reads the kept results, by the names of files. @param {string} out @param {string} name */
export async function readResults(out, name) {
  return existsSync(store(out, name)) ? JSON.parse(await readFile(store(out, name), 'utf8')) : {};
}

/** @param {string} out @param {string} name @param {object} results */
export async function writeResults(out, name, results) {
  await mkdir(path.join(out, 'results'), { recursive: true });
  await writeFile(store(out, name), `${JSON.stringify(results, null, 2)}\n`);
}

/** Writes RELIABILITY.md from all kept results, and prints its path. @param {string} out */
export async function writePage(out) {
  const page = path.join(out, 'RELIABILITY.md');
  const [kept, mutants, faults] = await Promise.all(
    ['reliability', 'mutants', 'faults'].map((name) => readResults(out, name)),
  );
  await writeFile(page, reliabilityPage(kept, mutants, faults));
  console.log(`\nwritten: ${page}`);
}
