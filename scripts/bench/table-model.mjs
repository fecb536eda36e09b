import { readFileSync } from 'node:fs';
import { launchChrome } from '../chrome.mjs';
import { inFreshPage } from './fresh-page.mjs';
import { startSite } from './site.mjs';
import { median, number, table } from './tables.mjs';

/**
 * Prints the time of each step from the text of a table to the scores of its rows, and that of a training step beside
 * one of jax-js.
 * @param {{ rows: number, quick: boolean, headed: boolean }} options
 */
export async function measureTableModel({ rows, quick, headed }) {
  const site = await startSite({ file: 'table.html' });
  const chrome = await launchChrome({ headless: !headed });
  try {
    console.log((await chrome.version()).replace('Headless', '').replace('/', ' '));
    const count = quick ? Math.min(rows, 20_000) : rows;
    const [whole, megabytes] = await inFreshPage(chrome, site.url, 'tableModel', async (page) => {
      const found = await page.evaluate((rows) => globalThis.tableModel.whole(rows), count);
      return [found, peakOf(await processOf(page))];
    });
    console.log(`\n${number(whole.rows)} rows × 30 columns, 10 of them texts: seconds\n`);
    const { text, read, put, epoch, scored } = whole;
    console.log(
      table(
        ['text made and read', 'of that the text alone', 'put on the device', 'one epoch', 'scored'],
        [[read, text, put, epoch, scored].map(number)],
      ),
    );
    console.log(
      `\nMB: the table ${number(whole.tableBytes / 1e6)}, buffers of the GPU at most ${number(whole.bufferBytes / 1e6)}, the page's process at most ${megabytes === undefined ? 'unknown here' : number(megabytes)}; rows without a finite score: ${whole.lost}`,
    );
    const { places, ours, jax } = await inFreshPage(chrome, site.url, 'tableModel', (page) =>
      page.evaluate(() => globalThis.tableModel.steps()),
    );
    const [own, other] = [ours, jax].map(({ times }) => median(times));
    const off = Math.abs(ours.loss / jax.loss - 1);
    console.log(
      `\nA step of a batch of 256, 64-8-64 units; jax-js with rows of ${places} numbers, zeros and ones${off < 1e-3 ? '' : ': VOID, the losses differ'}\n`,
    );
    console.log(
      table(
        ['', 'ms a step', 'loss after 8 steps'],
        [
          ['latentgpu', number(own), ours.loss.toPrecision(6)],
          ['jax-js', number(other), jax.loss.toPrecision(6)],
          ['times as long', number(other / own), ''],
        ],
      ),
    );
  } finally {
    await chrome.close();
    await site.close();
  }
}

/** Returns the process id of a page. @param {import('puppeteer').Page} page */
async function processOf(page) {
  const session = await page.browser().target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  // The page that did the work has used the most CPU time.
  return renderers.sort((a, b) => b.cpuTime - a.cpuTime)[0]?.id;
}

/** Returns the peak memory of a process in megabytes, if the system reports it. @param {number | undefined} id */
function peakOf(id) {
  if (process.platform !== 'linux' || id === undefined) return undefined;
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1000;
}
