// npm run isa: shows the code that AMD's compiler makes of every kernel of the benchmark, on a machine without a GPU.
// `npm run isa -- --help` lists the options.
// Until setupPackages() has run, no package may be imported, since a fresh machine has none.
import { Failure, runMain } from './failure.mjs';
import { missing } from './isa/machine.mjs';
import { helpText, readOptions } from './isa/options.mjs';
import { makeFolder } from './out-folder.mjs';
import { setupPackages } from './setup.mjs';

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(helpText());
    return;
  }
  if (options.write) await makeFolder(options.out);
  const reason = missing(options.compiler);
  if (reason) throw new Failure(reason);
  setupPackages();
  const { isa } = await import('./isa/isa.mjs');
  await isa(options);
});
