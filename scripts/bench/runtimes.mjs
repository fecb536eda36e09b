import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { root } from '../setup.mjs';

/** @typedef {import('../../bench/page.ts').Bench} Bench */

/**
 * The place where the libraries run. `call` calls a function of bench/page.ts.
 * @typedef {object} Page
 * @property {<Name extends keyof Bench>(name: Name, ...values: Parameters<Bench[Name]>) =>
 * Promise<Awaited<ReturnType<Bench[Name]>>>} call
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Runtime
 * @property {string} name its version included
 * @property {boolean} animates whether it has animation frames
 * @property {() => Promise<Page>} open a fresh one, with nothing compiled or cached
 * @property {() => Promise<void>} close
 */

/**
 * Runs the libraries in Chrome, headless by default.
 * @param {boolean} headed
 * @returns {Promise<Runtime>}
 */
export async function chromeRuntime(headed) {
  const { launchChrome } = await import('../chrome.mjs');
  const { startSite } = await import('./site.mjs');
  const site = await startSite();
  const first = await launchChrome({ headless: !headed });
  const name = (await first.version()).replace('Headless', '').replace('/', ' ');
  await first.close();
  return {
    name,
    animates: true,
    async open() {
      const chrome = await launchChrome({ headless: !headed });
      const page = await chrome.newPage();
      page.on('pageerror', (error) => console.error(`page: ${error instanceof Error ? error.message : String(error)}`));
      page.on('console', (message) => message.type() === 'error' && console.error(`page: ${message.text()}`));
      await page.goto(site.url);
      await page.waitForFunction(() => 'bench' in globalThis);
      return {
        call: (name, ...values) =>
          page.evaluate((name, values) => /** @type {any} */ (globalThis.bench[name])(...values), name, values),
        close: () => chrome.close(),
      };
    },
    close: () => site.close(),
  };
}

/**
 * Runs the libraries in Node with Dawn, the engine of Chrome's WebGPU, for machines with a GPU but without Chrome.
 * @param {boolean} built whether to use the bundle of the last run, which needs no packages
 * @returns {Promise<Runtime>}
 */
export async function nodeRuntime(built) {
  const folder = path.join(root, 'out', 'bench-node');
  if (!built) await (await import('./site.mjs')).buildForNode(folder);
  else if (!existsSync(folder))
    throw new Failure(`--built: there is nothing in ${folder}; run it once without --built`);
  return {
    name: `Node ${process.versions.node}`,
    animates: false,
    async open() {
      const child = fork(path.join(root, 'scripts', 'bench', 'node-page.mjs'), [folder], { stdio: 'inherit' });
      const ended = new Promise((_, reject) =>
        child.on('exit', (code, signal) =>
          reject(new Failure(`the Node process of the benchmark ended: ${signal ?? `exit code ${code}`}`)),
        ),
      );
      ended.catch(() => {}); // The next call reports the error.
      return {
        async call(name, ...values) {
          const answer = new Promise((resolve, reject) =>
            child.once('message', (/** @type {{ value?: any, error?: string }} */ { value, error }) =>
              error === undefined ? resolve(value) : reject(new Failure(`${name}: ${error}`)),
            ),
          );
          child.send({ name, values });
          return /** @type {any} */ (await Promise.race([answer, ended]));
        },
        async close() {
          child.kill();
        },
      };
    },
    async close() {},
  };
}
