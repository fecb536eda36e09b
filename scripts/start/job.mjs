import { makeFolder } from '../out-folder.mjs';
import { Browser } from './browser.mjs';
import { checkData, findData } from './data.mjs';
import { handleSignals } from './interrupt.mjs';
import { models } from './options.mjs';
import { writeOutputs } from './outputs.mjs';
import { showProgress } from './progress.mjs';
import { startServer } from './server.mjs';
import { startLine, summary } from './summary.mjs';

/** @typedef {import('./options.mjs').Options} Options */

/**
 * Runs the main job from its options to its files. Errors that can be found without a browser are reported before one
 * starts.
 * @param {Options} options
 */
export async function runJob(options) {
  const begun = performance.now();
  const interrupt = handleSignals();
  const files = findData(options.data, { trainLabels: models[options.model].labels });
  await makeFolder(options.out);
  const server = await startServer(files);
  try {
    await checkData(files, options, await server.library());
    const { result, browser } = await train(server.url, options, interrupt);
    const circumstances = { browser, date: new Date().toISOString(), data: options.data };
    const written = await writeOutputs(options.out, result, circumstances);
    console.log(summary(result, (performance.now() - begun) / 1000, written));
  } finally {
    await server.close();
  }
}

/**
 * @param {string} url
 * @param {Options} options
 * @param {ReturnType<typeof handleSignals>} interrupt
 */
async function train(url, { headed, data, out: _out, help: _help, ...options }, interrupt) {
  const browser = await Browser.launch({ headed });
  /** @type {import('./progress.mjs').ProgressView | undefined} */
  let progress;
  let trained = false;
  const interrupted = () => {
    progress?.end();
    console.log(
      trained
        ? 'Finishing. Ctrl-C again quits at once.'
        : 'Stopping; what was trained is kept. Ctrl-C again quits at once.',
    );
    browser.stop();
  };
  try {
    const { version, path, adapter } = await browser.open(`${url}app/train.html`, 'job', {
      jobStarted(/** @type {import('../../app/job.ts').JobStart} */ start) {
        console.log(startLine(start));
        progress = showProgress(start.trainings);
        interrupt.onFirst = interrupted;
      },
      jobProgress: (/** @type {import('../../app/job.ts').JobProgress} */ now) => progress?.update(now),
      jobTrained() {
        trained = true;
        progress?.end();
      },
    });
    console.log(`${version} (${path}), WebGPU adapter: ${adapter}`);
    return {
      browser: version,
      result: await browser.call((given) => window.job.run(given), {
        ...options,
        model: /** @type {import('../../app/models.ts').ModelName} */ (options.model),
        mnist: data === undefined,
      }),
    };
  } finally {
    progress?.end();
    interrupt.onFirst = undefined;
    await browser.close();
  }
}
