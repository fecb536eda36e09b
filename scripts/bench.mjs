// npm run bench: times this library and its peers, in turn, in one page on one adapter. `npm run bench -- --help` lists
// the options.
// Until setupBeforeChrome() has run, no package may be imported, since a fresh machine has none.
import { helpText, readOptions } from './bench/options.mjs';
import { setupPeers } from './bench/setup.mjs';
import { runMain } from './failure.mjs';
import { makeFolder } from './out-folder.mjs';
import { setup, setupBeforeChrome } from './setup.mjs';

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(helpText());
    return;
  }
  if (options.tables) {
    await setup();
    const { measureTables } = await import('./bench/csv.mjs');
    await measureTables(options);
    return;
  }
  if (options['table-model']) {
    await setupBeforeChrome();
    setupPeers();
    const { measureTableModel } = await import('./bench/table-model.mjs');
    await measureTableModel(options);
    return;
  }
  if (options.tasks) {
    await setupBeforeChrome();
    const { measureTasks } = await import('./bench/tasks.mjs');
    await measureTasks(options);
    return;
  }
  if (options.fits) {
    await setupBeforeChrome();
    const { measureFits } = await import('./bench/fits.mjs');
    await measureFits(options);
    return;
  }
  await makeFolder(options.out);
  if (!options.built) {
    await setupBeforeChrome();
    setupPeers();
  }
  const { bench } = await import('./bench/bench.mjs');
  await bench(options);
});
