import path from 'node:path';
import { preview } from 'vite';
import { launchChrome } from '../chrome.mjs';
import { Failure } from '../failure.mjs';
import { bundlers, serveInDevelopment } from './bundlers.mjs';

/** @typedef {import('./project.mjs').Project} Project */
/** @typedef {{ httpServer: { address(): unknown } | null }} Served */
/**
 * The result of project/main.js.
 * @typedef {{ error: string } | { result: { product: number[], [where: string]: number[] } }} Outcome
 */

/**
 * Checks that each bundler makes a page of the package that trains in headless Chrome, on the page itself and in both
 * kinds of worker.
 * @param {Project} project
 */
export async function checkPages({ folder }) {
  for (const [name, bundle] of Object.entries(bundlers)) {
    await bundle(folder, path.join('out', name));
    console.log(`package: ${name} bundles it`);
  }
  const built = await preview({
    root: folder,
    configFile: false,
    logLevel: 'error',
    appType: 'mpa',
    build: { outDir: 'out' },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const developed = await serveInDevelopment(folder);
  const chrome = await launchChrome();
  try {
    const pages = Object.keys(bundlers).map((name) => ({ name, url: `${urlOf(built)}${name}/index.html` }));
    for (const { name, url } of [...pages, { name: 'the development server of vite-7', url: urlOf(developed) }]) {
      checkOutcome(name, await outcomeOf(await chrome.newPage(), url));
      console.log(`package: with ${name}, all import paths work, and the page and both kinds of worker train`);
    }
  } finally {
    await chrome.close();
    await built.close();
    await developed.close();
  }
}

/** @param {Served} server */
function urlOf({ httpServer }) {
  const address = httpServer?.address();
  if (typeof address !== 'object' || !address || !('port' in address)) throw new Error('the server has no port');
  return `http://127.0.0.1:${Number(address.port)}/`;
}

/**
 * @param {import('puppeteer').Page} page
 * @param {string} url
 * @returns {Promise<Outcome>}
 */
async function outcomeOf(page, url) {
  /** @type {string[]} */
  const troubles = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('response', (response) => response.ok() || troubles.push(`${response.status()} ${response.url()}`));
  try {
    await page.goto(url);
    const outcome = await page.waitForFunction('window.outcome', { timeout: 60_000 });
    return /** @type {Outcome} */ (await outcome.jsonValue());
  } catch (error) {
    return { error: [error instanceof Error ? error.message : String(error), ...troubles].join('; ') };
  } finally {
    await page.close();
  }
}

/**
 * @param {string} name
 * @param {Outcome} outcome
 */
function checkOutcome(name, outcome) {
  if ('error' in outcome) throw new Failure(`the page made with ${name} fails: ${outcome.error}`);
  const { product, ...losses } = outcome.result;
  if (product.join() !== '11') throw new Failure(`with ${name}, (1 2) (3 4)ᵀ is ${product.join()}, not 11`);
  for (const [where, loss] of Object.entries(losses)) {
    if (!(loss[loss.length - 1] < loss[0]))
      throw new Failure(`with ${name}, ${where}: the loss went ${loss.join(', ')}`);
    if (loss.join() !== losses.page.join())
      throw new Failure(
        `with ${name}, ${where}: the losses are ${loss.join(', ')}, on the page ${losses.page.join(', ')}`,
      );
  }
}
