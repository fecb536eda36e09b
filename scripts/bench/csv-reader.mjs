// Runs one of the readers that csv.mjs compares, in a process of its own, and prints its time and memory.
import { createReadStream, openAsBlob } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { splitPieces } from '../../bench/csv/split.mjs';

const [name, file, library] = process.argv.slice(2);

/**
 * The readers. Each returns the number of rows and its result.
 * @type {Record<string, () => Promise<[rows: number, result?: object]>>}
 */
const readers = {
  async readTable() {
    const { readTable } = /** @type {typeof import('../../src/index.ts')} */ (
      await import(pathToFileURL(library).href)
    );
    const table = await readTable(await openAsBlob(file));
    return [table.length, table];
  },

  async split() {
    const columns = await splitPieces(createReadStream(file, { encoding: 'utf8', highWaterMark: 2 ** 18 }));
    return [columns.rows, columns];
  },

  async papa() {
    const { default: papa } = await import('papaparse');
    let rows = -1;
    await new Promise((resolve, reject) => {
      papa.parse(createReadStream(file, { highWaterMark: 2 ** 18 }), {
        dynamicTyping: true,
        skipEmptyLines: true,
        chunk: ({ data }) => void (rows += data.length),
        complete: resolve,
        error: reject,
      });
    });
    return [rows];
  },
};

const begin = performance.now();
const [rows, result] = await readers[name]();
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage();
const megabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
/** @type {{ gc?: () => void }} */ (globalThis).gc?.();
// Only the arrays of the columns are left in memory.
const kept = result ? process.memoryUsage().arrayBuffers / 1e6 : 0;
console.log(JSON.stringify({ rows, seconds, processorSeconds: (user + system) / 1e6, megabytes, kept }));
