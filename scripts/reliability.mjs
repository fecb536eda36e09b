// npm run reliability: runs all tests of faults, bad input and load, with many more trials than usual, and writes
// docs/RELIABILITY.md. `npm run reliability -- readers` runs the files with `readers` in their names, and rewrites only
// their results.
import { readdirSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { makeFolder } from './out-folder.mjs';
import { readOptions } from './reliability/options.mjs';
import { readResults, writePage, writeResults } from './reliability/results.mjs';
import { root, setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

/** @typedef {import('./reliability/page.mjs').Kept} Kept */
/** @typedef {{ fullName: string, status: string, duration: number, meta: { tried?: import('../test/support/thorough.ts').Tried } }} Result */

const folder = path.join(root, 'test', 'reliability');

await runMain(async () => {
  const options = readOptions(
    'npm run reliability',
    'Tries faults, bad input and load, as often as RELIABILITY.md says, which it writes.',
  );
  if (!options) return;
  const { name: names, out } = options;
  const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  const unknown = names.find(
    (name) => !tests.some((file) => path.join(folder, file).includes(path.join('reliability', name))),
  );
  if (unknown)
    throw new Failure(`no file of test/reliability begins with '${unknown}'; choose one of ${tests.sort().join(', ')}`);
  await setup();
  await makeFolder(out);
  const report = path.join(root, 'out', 'reliability.json');
  await mkdir(path.dirname(report), { recursive: true });
  const files = names.length ? names.map((name) => `test/reliability/${name}`) : ['test/reliability'];
  const code = await vitest([...files, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
    VITE_THOROUGH: '1',
  });
  if (code) throw new Failure('a test failed: RELIABILITY.md was not written');
  /** @type {Kept} */
  const kept = await readResults(out, 'reliability');
  const { testResults } = JSON.parse(await readFile(report, 'utf8'));
  for (const { name, assertionResults } of testResults) {
    const date = new Date().toISOString().slice(0, 10);
    const tests = /** @type {Result[]} */ (assertionResults).flatMap(({ meta, duration }) =>
      meta.tried ? [{ ...meta.tried, seconds: duration / 1000 }] : [],
    );
    if (tests.length) kept[path.relative(folder, name)] = { date, tests };
  }
  await writeResults(out, 'reliability', kept);
  await writePage(out);
});
