import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { preview } from 'vite';
import { adapterName, launchChrome } from '../chrome.mjs';
import { root } from '../setup.mjs';
import { buildSite } from './site.mjs';

/**
 * Builds the playground in another folder, opens it in Chrome, waits for its model, and closes everything after the
 * work.
 * @template T
 * @param {(page: import('puppeteer').Page, about: string) => Promise<T>} work `about` names the Chrome and the adapter
 * @returns {Promise<T>}
 */
export async function withBuiltPlayground(work) {
  const outDir = await mkdtemp(path.join(tmpdir(), 'latentgpu-playground-'));
  await buildSite(outDir);
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const address = server.httpServer.address();
  if (!address || typeof address === 'string') throw new Error('the server has no port');
  const chrome = await launchChrome();
  try {
    const page = await chrome.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(`http://127.0.0.1:${address.port}/`);
    const about = `${await chrome.version()}, WebGPU adapter: ${await adapterName(page)}`;
    await page.waitForFunction(() => !document.querySelector('button#play')?.hasAttribute('disabled'), {
      timeout: 60_000,
    });
    // By then, the page has encoded all examples.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    return await work(page, about);
  } finally {
    await chrome.close();
    await server.close();
    await rm(outDir, { recursive: true });
  }
}
