// npm start: trains an autoencoder on MNIST in Chrome and writes pictures, weights and a report. `npm start -- --help`
// lists the options.
// Until setupBeforeChrome() has run, no package may be imported, since a fresh machine has none.
import { runMain } from './failure.mjs';
import { setupBeforeChrome } from './setup.mjs';
import { helpText, readOptions } from './start/options.mjs';

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(helpText());
    return;
  }
  await setupBeforeChrome();
  if (options.model === 'series') {
    const { runSeries } = await import('./start/series.mjs');
    return runSeries(options);
  }
  if (options.model === 'table') {
    const { runTableJob } = await import('./start/table-job.mjs');
    await runTableJob(options);
    return;
  }
  const { runJob } = await import('./start/job.mjs');
  await runJob(options);
});
