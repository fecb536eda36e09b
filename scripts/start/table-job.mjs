import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { makeFolder } from '../out-folder.mjs';
import { Browser } from './browser.mjs';
import { handleSignals } from './interrupt.mjs';
import { showProgress } from './progress.mjs';
import { startServer } from './server.mjs';
import { tableReport } from './table-report.mjs';
import { reasonsOf, tableSummary } from './table-words.mjs';
import { counted, whole } from './words.mjs';

/** @typedef {import('./options.mjs').Options} Options */
/** @typedef {import('../../app/table/job.ts').TableJobResult} TableJobResult */

/**
 * Trains a model of the rows of a file. It writes the anomalous rows with their reasons, and the file with its blanks
 * filled in.
 * @param {Options} options
 */
export async function runTableJob({ data = '', label, epochs, steps, batch, seed, out, headed }) {
  const begun = performance.now();
  const interrupt = handleSignals();
  if (!existsSync(data) || !statSync(data).isFile()) throw new Failure(`there is no file ${data}`);
  await makeFolder(out);
  const server = await startServer({ table: path.resolve(data) });
  /** @type {import('./progress.mjs').ProgressView | undefined} */
  let progress;
  try {
    const browser = await Browser.launch({ headed });
    try {
      const {
        version,
        path: chrome,
        adapter,
      } = await browser.open(`${server.url}app/table.html`, 'tableJob', {
        tableStarted(/** @type {{ rows: number, steps: number, batch: number }} */ start) {
          console.log(`${whole(start.rows)} rows, ${counted(start.steps, 'step')}, batch ${start.batch}, seed ${seed}`);
          progress = showProgress([], 'rows');
          interrupt.onFirst = () => {
            progress?.end();
            console.log('Stopping; what was trained is kept. Ctrl-C again quits at once.');
            browser.stop('tableJob');
          };
        },
        tableProgress: (/** @type {import('../../app/job.ts').JobProgress} */ now) => progress?.update(now),
        tableTrained: () => progress?.end(),
      });
      console.log(`${version} (${chrome}), WebGPU adapter: ${adapter}`);
      const asked = { label, epochs, steps, batch, seed };
      const result = await browser.call((given) => window.tableJob.run(given), asked);
      const circumstances = { browser: version, date: new Date().toISOString(), data, asked };
      const written = await writeFiles(out, result, circumstances);
      console.log(tableSummary(result, (performance.now() - begun) / 1000, written));
      console.log(reasonsOf(result, 10));
    } finally {
      progress?.end();
      interrupt.onFirst = undefined;
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

/**
 * @param {string} folder
 * @param {TableJobResult} result
 * @param {import('./table-report.mjs').Circumstances} circumstances
 */
async function writeFiles(folder, result, circumstances) {
  /** @type {[string, string | Buffer][]} */
  const files = [
    ['report.html', await tableReport(result, circumstances)],
    ['scores.csv', result.files.scores],
    ['filled.csv', result.files.filled],
    ['weights.safetensors', Buffer.from(result.files.weights, 'base64')],
  ];
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
  return files.map(([name]) => path.join(folder, name));
}
