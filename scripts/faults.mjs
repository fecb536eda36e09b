// npm run faults: seeds every fault of scripts/faults/list.mjs into the WGSL, one at a time, and runs the test that has
// to catch it. It writes the results into docs/RELIABILITY.md. `npm run faults -- softmax tiles` takes only
// shaders/softmax.ts and shaders/tiles.ts.
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { faults } from './faults/list.mjs';
import { nameOf } from './faults/seed.mjs';
import { makeFolder } from './out-folder.mjs';
import { readOptions } from './reliability/options.mjs';
import { readResults, writePage, writeResults } from './reliability/results.mjs';
import { setup } from './setup.mjs';

/** @typedef {import('./reliability/page.mjs').Faults} Faults */

await runMain(async () => {
  const options = readOptions(
    'npm run faults',
    'Seeds faults into the WGSL, one at a time, and runs the test that has to catch each.',
  );
  if (!options) return;
  const { out } = options;
  const names = options.name.map((name) => `${name}.ts`);
  const unknown = names.find((name) => !faults.some(({ file }) => file === name));
  if (unknown) throw new Failure(`no fault is listed for shaders/${unknown}`);
  await setup();
  await makeFolder(out);
  // Imported here, since setup may have to install Vitest first.
  const { runTest } = await import('./faults/run.mjs');
  const files = [...new Set(faults.map(({ file }) => file))].filter((file) => !names.length || names.includes(file));

  for (const test of new Set(faults.filter(({ file }) => files.includes(file)).map(({ test }) => test))) {
    const { failed, seconds } = await runTest(test);
    if (failed) throw new Failure(`${test} fails without any fault, in '${failed.name}': ${failed.message}`);
    console.log(`without a fault, ${test} passes: ${seconds.toFixed(1)} s`);
  }

  /** @type {Faults} */
  const results = await readResults(out, 'faults');
  const table = ['| file | kind | fault | caught by | took |', '| --- | --- | --- | --- | ---: |'];
  const missed = [];
  for (const file of files) {
    /** @type {Faults[string]} */
    const found = { date: new Date().toISOString().slice(0, 10), faults: [] };
    for (const fault of faults.filter((fault) => fault.file === file)) {
      const { failed, seconds } = await runTest(fault.test, fault);
      const [name, caughtBy] = [nameOf(fault), failed?.name];
      if (!caughtBy) missed.push(`shaders/${file} with ${name}`);
      found.faults.push({ kind: fault.kind, fault: name, test: fault.test, caughtBy });
      table.push(
        `| ${file} | ${fault.kind} | ${name.replaceAll('|', '\\|')} | ${caughtBy ? `${path.basename(fault.test, '.test.ts')}: ${caughtBy}` : `**missed** by ${fault.test}`} | ${seconds.toFixed(1)} s |`,
      );
    }
    results[file] = found;
    await writeResults(out, 'faults', results);
    console.log(
      `shaders/${file}: ${found.faults.filter(({ caughtBy }) => caughtBy).length} of ${found.faults.length} faults are caught`,
    );
  }
  await writePage(out);
  // Vitest has set the exit code, since tests have failed, as they should here.
  process.exitCode = 0;
  console.log(`\n${table.join('\n')}`);
  if (missed.length) throw new Failure(`${missed.length} faults are missed: ${missed.join('; ')}`);
});
