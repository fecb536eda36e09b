import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { makeFolder } from '../out-folder.mjs';
import { listeners } from '../reproduce/session.mjs';
import { Browser } from './browser.mjs';
import { handleSignals } from './interrupt.mjs';
import { startServer } from './server.mjs';
import { adapter, counted, duration, measured, whole } from './words.mjs';

/** @typedef {import('../../app/series/protocol.ts').SeriesResult} SeriesResult */

/** The number of intervals that are printed, those with the highest scores; scores.csv has all. */
const printed = 20;

/**
 * `npm start -- --model series`: trains on the windows of a user's file, prints its anomalies, and draws them.
 * @param {import('./options.mjs').Options} options
 */
export async function runSeries(options) {
  const { data = '', out, headed, epochs, steps, batch, seed } = options;
  if (!existsSync(data) || !statSync(data).isFile()) throw new Failure(`--data: there is no file ${data}`);
  const interrupt = handleSignals();
  await makeFolder(out);
  const server = await startServer({ series: path.resolve(data) });
  try {
    const browser = await Browser.launch({ headed });
    try {
      const heard = listeners('windows');
      const { version, path: chrome } = await browser.open(`${server.url}app/series/series.html`, 'seriesJob', {
        ...heard,
        trainingBegins(/** @type {string} */ title) {
          heard.trainingBegins(title);
          interrupt.onFirst = () => {
            heard.trainingEnds();
            console.log('Stopping; what was trained is kept. Ctrl-C again quits at once.');
            browser.stop('seriesJob');
          };
        },
      });
      const given = { window: options.window, epochs, steps, batch, seed };
      const result = await browser.call((given) => window.seriesJob.run(given), given);
      const files = [path.join(out, 'series.png'), path.join(out, 'scores.csv')];
      await writeFile(files[0], Buffer.from(result.picture, 'base64'));
      await writeFile(files[1], result.csv);
      console.log(summary(result, `${version} (${chrome})`, files));
    } finally {
      interrupt.onFirst = undefined;
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

/** @param {SeriesResult} result @param {string} browser @param {string[]} files */
function summary({ length, channels, seconds, limit, intervals, adapter: info }, browser, files) {
  const lines = [...intervals]
    .sort((a, b) => b.peak - a.peak)
    .slice(0, printed)
    .sort((a, b) => a.from - b.from)
    .map(({ start, end, peak }) => `  ${start} to ${end}  ${measured(peak / limit)} times the limit`);
  return [
    '',
    `${whole(length)} steps of ${channels.join(', ')}; ${duration(seconds)} of training in ${browser}, ${adapter(info)}`,
    `The strangest hundredth of the steps lies in ${counted(intervals.length, 'place')}:`,
    ...lines,
    ...(intervals.length > printed ? [`  and ${intervals.length - printed} more`] : []),
    `written: ${files.join(', ')}`,
  ].join('\n');
}
