import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { preview } from 'vite';
import { adapterName, launchChrome } from '../chrome.mjs';
import { root } from '../setup.mjs';
import { buildSite } from './site.mjs';

const seconds = 6;

/** Prints the frame rate of the page's main thread: at rest, while it trains, and while someone drags on the map meanwhile. */
export async function measureSmoothness() {
  const outDir = await mkdtemp(path.join(tmpdir(), 'latentgpu-playground-'));
  await buildSite(outDir);
  const server = await preview({ root, configFile: false, logLevel: 'error', build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  const address = server.httpServer.address();
  if (!address || typeof address === 'string') throw new Error('the server has no port');
  const chrome = await launchChrome();
  try {
    const page = await chrome.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(`http://127.0.0.1:${address.port}/`);
    console.log(`${await chrome.version()}, WebGPU adapter: ${await adapterName(page)}, ${seconds} s each`);
    await page.waitForFunction(() => !document.querySelector('button#play')?.hasAttribute('disabled'), { timeout: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await report(page, 'at rest');
    await page.click('#play');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await report(page, 'training');
    const dragging = drag(page);
    await report(page, 'training, dragging');
    await dragging;
    const rate = await page.$eval('#images-per-second', (place) => place.textContent);
    console.log(`images a second meanwhile: ${rate}`);
  } finally {
    await chrome.close();
    await server.close();
    await rm(outDir, { recursive: true });
  }
}

/**
 * @param {import('puppeteer').Page} page
 * @param {string} what
 */
async function report(page, what) {
  const times = await page.evaluate(
    (forMs) =>
      /** @type {Promise<number[]>} */ (
        new Promise((resolve) => {
          /** @type {number[]} */
          const times = [];
          const tick = (/** @type {number} */ time) => {
            times.push(time);
            if (time - (times[0] ?? time) < forMs) requestAnimationFrame(tick);
            else resolve(times);
          };
          requestAnimationFrame(tick);
        })
      ),
    1000 * seconds,
  );
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(0);
  const rate = (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0);
  console.log(`${what.padEnd(20)} ${rate.toFixed(1)} frames/s; a frame: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, longest ${at(1)} ms`);
}

/** @param {import('puppeteer').Page} page */
async function drag(page) {
  const map = await page.$('#over');
  const box = await map?.boundingBox();
  if (!box) throw new Error('the page has no map');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  const until = performance.now() + 1000 * seconds;
  for (let angle = 0; performance.now() < until; angle += 0.15) {
    await page.mouse.move(box.x + box.width * (0.5 + 0.35 * Math.cos(angle)), box.y + box.height * (0.5 + 0.35 * Math.sin(angle)));
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
  await page.mouse.up();
}
