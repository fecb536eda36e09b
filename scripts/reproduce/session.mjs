import { makeFolder } from '../out-folder.mjs';
import { Browser } from '../start/browser.mjs';
import { findData } from '../start/data.mjs';
import { handleSignals } from '../start/interrupt.mjs';
import { showProgress } from '../start/progress.mjs';
import { startServer } from '../start/server.mjs';

/**
 * Makes the folder of the results, serves our pages and all of MNIST, opens Chrome, and closes everything after the
 * work.
 * @param {{ out: string, headed: boolean, files?: Record<string, string> }} options
 * @param {(browser: Browser, url: string) => Promise<void>} work
 */
export async function withChrome(options, work) {
  handleSignals();
  await makeFolder(options.out);
  const server = await startServer({ ...findData(undefined, { trainLabels: true }), ...options.files });
  try {
    const browser = await Browser.launch(options);
    try {
      await work(browser, server.url);
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

/**
 * Returns the functions that the page calls while it works, the other end of `Work` in app/reproduce/row.ts.
 * @param {string} [examples] what the models learn from
 */
export function listeners(examples = 'examples') {
  /** @type {import('../start/progress.mjs').ProgressView | undefined} */
  let progress;
  return {
    say: (/** @type {string} */ line) => console.log(`  ${line}`),
    trainingBegins(/** @type {string} */ title) {
      console.log(`  ${title}`);
      progress = showProgress([], examples);
    },
    trainingProgress: (/** @type {import('../../app/job.ts').JobProgress} */ now) => progress?.update(now),
    trainingEnds() {
      progress?.end();
      progress = undefined;
    },
  };
}
