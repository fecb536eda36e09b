// Times readers of a file in a page of Chrome, in turn, each in a browser of its own.
import { launchChrome } from '../chrome.mjs';
import { watchMemory } from './chrome-memory.mjs';
import { inFreshPage } from './fresh-page.mjs';
import { number, table } from './tables.mjs';

/** @typedef {keyof typeof import('../../bench/csv/readers.ts').readers} PageReader */
/** @typedef {{ seconds: number, result: number, memory?: import('./chrome-memory.mjs').ChromeMemory }} PageReading */

const titles = /** @type {Record<PageReader, string>} */ ({
  readTable: 'readTable',
  split: 'split at line ends and commas, Number()',
  whole: 'the same, of the text as a whole',
  papa: 'Papa Parse, dynamicTyping, rows not kept',
});

/**
 * Prints how long each reader takes for a file of an input, and how much memory.
 * @param {{ file: string, rows: number, rounds: number, headed: boolean }} options
 */
export async function measureInPage({ file, rows, rounds, headed }) {
  // Imported here, since setup may have to install it first.
  const { startSite } = await import('./site.mjs');
  const site = await startSite({ file: 'csv.html' });
  const names = /** @type {PageReader[]} */ (Object.keys(titles));
  /** @type {Partial<Record<PageReader, PageReading[]>>} */
  const found = {};
  /** @type {Partial<Record<PageReader, string>>} */
  const failed = {};
  try {
    for (let round = 0; round < rounds; round++)
      for (const name of names) {
        if (failed[name]) continue;
        const reading = await readInChrome(name, { url: site.url, file, rows, headed });
        if (typeof reading === 'string') failed[name] = reading;
        else (found[name] ??= []).push(reading);
      }
  } finally {
    await site.close();
  }
  console.log(`\n${pageReport(found, failed)}`);
}

/**
 * Reads the file once. Returns the reason, if the reader cannot.
 * @param {PageReader} name
 * @param {{ url: string, file: string, rows: number, headed: boolean }} options
 * @returns {Promise<PageReading | string>}
 */
async function readInChrome(name, { url, file, rows, headed }) {
  const chrome = await launchChrome({ headless: !headed });
  try {
    return await inFreshPage(chrome, url, 'csvPage', async (page) => {
      const input = await page.$('input');
      await /** @type {import('puppeteer').ElementHandle<HTMLInputElement>} */ (input).uploadFile(file);
      const peak = await watchMemory(chrome);
      /** @type {Promise<never>} */
      const crashed = new Promise((_, reject) => page.once('error', reject));
      const read = page.evaluate((reader) => globalThis.csvPage.read(reader), name);
      const { rows: count, seconds } = await Promise.race([read, crashed]);
      if (count !== rows) return `has read ${number(count)} of ${number(rows)} rows`;
      const memory = await peak();
      return { seconds, memory, result: (await page.evaluate(() => globalThis.csvPage.bytes())) / 1e6 };
    });
  } catch (error) {
    if (name === 'readTable') throw error;
    return error instanceof Error ? error.message.split('\n')[0] : String(error);
  } finally {
    await chrome.close();
  }
}

/**
 * Returns a table of the fastest of the rounds, and of the largest peaks.
 * @param {Partial<Record<PageReader, PageReading[]>>} found
 * @param {Partial<Record<PageReader, string>>} failed why a reader could not read the file
 */
function pageReport(found, failed) {
  const fastest = (/** @type {PageReading[]} */ readings) => Math.min(...readings.map(({ seconds }) => seconds));
  const own = fastest(found.readTable ?? []);
  const head = ['', 's', 'times readTable', 'MB of the result', 'peak MB beside it', 'of other processes'];
  const lines = Object.entries(titles).map(([key, title]) => {
    const name = /** @type {PageReader} */ (key);
    const readings = found[name];
    if (!readings || failed[name]) return [`${title}: ${failed[name]}`, ...Array(5).fill('–')];
    const peaks = readings.flatMap(({ memory, result }) =>
      memory ? [{ beside: memory.page - result, others: memory.others }] : [],
    );
    const most = (/** @type {number[]} */ values) => (values.length ? number(Math.max(...values)) : 'unknown here');
    return [
      title,
      number(fastest(readings)),
      number(fastest(readings) / own),
      number(Math.max(...readings.map(({ result }) => result))),
      most(peaks.map(({ beside }) => beside)),
      most(peaks.map(({ others }) => others)),
    ];
  });
  return table(head, lines);
}
