// npm run site: builds guides, reference, playground and a benchmark as one static site. `npm run site -- --help` lists
// the options.
// Until setupBeforeChrome() has run, no package may be imported, since a fresh machine has none.
import path from 'node:path';
import { helpLists, optionTable, readArguments } from './command-line.mjs';
import { runMain } from './failure.mjs';
import { makeFolder } from './out-folder.mjs';
import { root, setupBeforeChrome } from './setup.mjs';

const table = optionTable({
  out: { value: 'folder', default: 'out/site', about: 'where it is written (default: out/site)' },
  help: { about: 'show this' },
});

await runMain(async () => {
  const given = readArguments(process.argv.slice(2), table, 'npm run site');
  if (given.help) {
    console.log(
      `Writes guides, reference, playground and a benchmark that visitors run on their GPUs, as one static site.\n\n  npm run site -- [options]\n\n${helpLists(table, []).options}`,
    );
    return;
  }
  const out = path.resolve(root, given.out);
  await makeFolder(out);
  await setupBeforeChrome();
  const { buildSite } = await import('./site/build.mjs');
  await buildSite(out);
  console.log(`The site is in ${out}; any web server can serve it, from any folder.`);
});
