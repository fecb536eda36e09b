// npm run mutants: changes the code of data and files in one place at a time, with Stryker, and checks that a test
// fails. It writes the results into docs/RELIABILITY.md. `npm run mutants -- csv` takes the files with `csv` in their
// names, and rewrites only their results.
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { makeFolder } from './out-folder.mjs';
import { readOptions } from './reliability/options.mjs';
import { readResults, writePage, writeResults } from './reliability/results.mjs';
import { root, setup } from './setup.mjs';

/** @typedef {{ status: string }} Mutant */

/** The files that need no browser; src/data/images.ts needs one. */
const files = [
  'as-dataset',
  'columns',
  'csv',
  'dataset',
  'feed',
  'idx',
  'labels',
  'make-dataset',
  'range',
  'split',
  'upload',
  'weights',
]
  .map((name) => `src/data/${name}.ts`)
  .concat(['json', 'onnx', 'protobuf', 'safetensors'].map((name) => `src/files/${name}.ts`));

/** The smallest percentage of killed mutants. */
const least = 80;

await runMain(async () => {
  const options = readOptions(
    'npm run mutants',
    'Changes the code of data and files in one place at a time, and looks whether a test fails.',
  );
  if (!options) return;
  const { name: names } = options;
  const mutate = files.filter((file) => !names.length || names.some((name) => file.includes(name)));
  if (!mutate.length) throw new Failure(`no file has ${names.join(' or ')} in its name; there are ${files.join(', ')}`);
  await setup();
  await makeFolder(options.out);
  const folder = path.join(root, 'out', 'mutants');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const fileName = path.join(folder, 'report.json');
  process.chdir(root);
  // Imported here, since setup may have to install it first.
  const { Stryker } = await import('@stryker-mutator/core');
  const stryker = new Stryker({
    mutate,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'vitest.mutants.config.ts' },
    // Stryker works on a copy, without the folders that the tests do not need.
    tempDirName: path.join('out', 'mutants', 'copies'),
    ignorePatterns: ['app', 'bench', 'dist', 'docs', 'examples', 'out'],
    concurrency: 1,
    // Six seconds beyond the normal time of the tests.
    timeoutMS: 6000,
    reporters: ['progress-append-only', 'clear-text', 'json'],
    jsonReporter: { fileName },
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    allowConsoleColors: false,
  });
  await stryker.runMutationTest().catch((error) => {
    // Stryker has logged the details already.
    throw new Failure(`no mutant was tried: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
  /** @type {{ files: Record<string, { mutants: Mutant[] }> }} */
  const report = JSON.parse(await readFile(fileName, 'utf8'));
  const kept = await readResults(options.out, 'mutants');
  const date = new Date().toISOString().slice(0, 10);
  for (const [file, { mutants }] of Object.entries(report.files)) kept[file] = { date, ...counted(mutants) };
  await writeResults(options.out, 'mutants', kept);
  await writePage(options.out);
  const { mutants, killed } = counted(Object.values(report.files).flatMap(({ mutants }) => mutants));
  if (killed < (least / 100) * mutants)
    throw new Failure(`${killed} of ${mutants} mutants were killed, less than ${least} %`);
});

/**
 * Counts mutants. One that makes a test run endlessly counts as killed; one that no test reaches has survived.
 * @param {Mutant[]} mutants
 */
function counted(mutants) {
  const count = (/** @type {string[]} */ ...kinds) => mutants.filter(({ status }) => kinds.includes(status)).length;
  const [killed, survived] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')];
  return { mutants: killed + survived, killed, survived };
}
