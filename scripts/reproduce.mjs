// npm run reproduce: trains models, compares them with published figures, and writes docs/RESULTS.md.
// `npm run reproduce -- --help` lists the options.
// Until setupBeforeChrome() has run, no package may be imported, since a fresh machine has none.
import { runMain } from './failure.mjs';
import { helpText, readOptions } from './reproduce/options.mjs';
import { listRows } from './reproduce/results.mjs';
import { setupBeforeChrome } from './setup.mjs';

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(helpText());
  else if (options.list) console.log(await listRows(options));
  else {
    await setupBeforeChrome();
    const { reproduce } = await import('./reproduce/reproduce.mjs');
    await reproduce(options);
  }
});
