// Times readTable, a simple reader and Papa Parse in turn, each in a process of its own, then in a page of Chrome, and
// prints a table of each.
import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../setup.mjs';
import { measureInPage } from './csv-page.mjs';
import { number, table } from './tables.mjs';

/** @typedef {{ rows: number, seconds: number, processorSeconds: number, megabytes: number, kept: number }} Reading */

const readers = /** @type {const} */ ({
  readTable: 'readTable',
  split: 'split at line ends and commas, Number()',
  papa: 'Papa Parse, dynamicTyping, rows not kept',
});

/** @param {{ quick: boolean, megabytes: number, runtime: 'chrome' | 'node', headed: boolean }} options */
export async function measureTables({ quick, megabytes, runtime, headed }) {
  const folder = path.join(root, 'out', 'bench');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'machines.csv');
  const library = path.join(folder, 'library.mjs');
  // Imported here, since setup may have to install it first.
  const { build } = await import('esbuild');
  const entryPoints = [path.join(root, 'src', 'index.ts')];
  await build({ entryPoints, outfile: library, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' });
  try {
    const rows = await writeTable(file, megabytes * 1e6);
    console.log(
      `${megabytes} MB of CSV, ${rows.toLocaleString('en')} rows × 12 columns, Node ${process.versions.node}`,
    );
    const rounds = quick ? 1 : 3;
    const found = /** @type {Record<keyof typeof readers, Reading[]>} */ ({ readTable: [], split: [], papa: [] });
    for (let round = 0; round < rounds; round++)
      for (const name of /** @type {(keyof typeof readers)[]} */ (Object.keys(readers)))
        found[name].push(await timeReader(name, file, library, rows));
    console.log(`\n${report(found)}`);
    if (runtime === 'chrome') await measureInPage({ file, rows, rounds, headed });
  } finally {
    await rm(file, { force: true });
  }
}

/** @param {keyof typeof readers} name @param {string} file @param {string} library @param {number} rows @returns {Promise<Reading>} */
async function timeReader(name, file, library, rows) {
  const program = path.join(root, 'scripts', 'bench', 'csv-reader.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, name, file, library]);
  const reading = /** @type {Reading} */ (JSON.parse(stdout));
  if (reading.rows !== rows) throw new Error(`${name} has read ${reading.rows} of ${rows} rows`);
  return reading;
}

/**
 * Prints the fastest of the rounds, since other work on the machine only adds time.
 * @param {Record<keyof typeof readers, Reading[]>} found
 */
export function report(found) {
  const best = (/** @type {number[]} */ values) => Math.min(...values);
  const own = best(found.readTable.map(({ seconds }) => seconds));
  const lines = Object.entries(readers).map(([name, title]) => {
    const readings = found[/** @type {keyof typeof readers} */ (name)];
    const seconds = best(readings.map((reading) => reading.seconds));
    return [
      title,
      number(seconds),
      number(best(readings.map(({ processorSeconds }) => processorSeconds))),
      number(seconds / own),
      number(Math.max(...readings.map(({ kept }) => kept))),
      number(Math.max(...readings.map(({ megabytes, kept }) => megabytes - kept))),
    ];
  });
  return table(['', 's', 's of processor time', 'times readTable', 'MB of the result', 'peak MB beside it'], lines);
}

/**
 * Writes a table like that of twelve sensors of forty machines: times, names, numbers with and without fractions, and
 * some blanks.
 * @param {string} file
 * @param {number} bytes
 */
export async function writeTable(file, bytes) {
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const states = ['normal', 'fault', 'idle', 'starting', 'service'];
  const line = (/** @type {number} */ row) =>
    [
      new Date(1.7e12 + 1000 * row).toISOString(),
      `m${row % 40}`,
      states[Math.floor(5 * random())],
      (20 + 5 * random()).toFixed(2),
      random() < 0.02 ? '' : (1000 + 30 * random()).toFixed(1),
      Math.floor(3000 * random()),
      (10 * random()).toFixed(4),
      (220 + random()).toFixed(3),
      random().toFixed(6),
      (100 * random()).toFixed(2),
      Math.floor(100 * random()),
      row,
    ].join(',');
  const output = await open(file, 'w');
  try {
    let rows = 0;
    let written = 0;
    let text = 'time,machine,state,temperature,pressure,speed,current,voltage,vibration,flow,humidity,counter\n';
    while (written < bytes) {
      for (let i = 0; i < 5000; i++) text += `${line(rows++)}\n`;
      written += (await output.write(text)).bytesWritten;
      text = '';
    }
    return rows;
  } finally {
    await output.close();
  }
}
