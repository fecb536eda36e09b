// npm start: trains an autoencoder on MNIST in Chrome and writes pictures, weights and a report. `npm start -- --help` lists the options.
// Until setup() has run, no package may be imported: on a fresh machine there is none.
import { runMain } from './failure.mjs';
import { setup } from './setup.mjs';
import { helpText, readOptions } from './start/options.mjs';

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(helpText());
    return;
  }
  // Which Chrome it is comes in one line with its adapter, once both are known.
  await setup((line) => line.startsWith('Chrome is ') || console.log(`setup: ${line}`));
  const { runJob } = await import('./start/job.mjs');
  await runJob(options);
});
