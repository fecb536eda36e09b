// npm run reliability: everything that tries faults, bad input and load, as often as docs/RELIABILITY.md says, which it writes.
// `npm run reliability -- readers` runs the files with that in their names, and rewrites only what the page says of them.
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { readResults, writePage, writeResults } from './reliability/results.mjs';
import { root, setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

/** @typedef {import('./reliability/page.mjs').Kept} Kept */
/** @typedef {{ fullName: string, status: string, duration: number, meta: { tried?: import('../test/support/thorough.ts').Tried } }} Result */

await runMain(async () => {
  await setup();
  const report = path.join(root, 'out', 'reliability.json');
  await mkdir(path.dirname(report), { recursive: true });
  const names = process.argv.slice(2);
  const files = names.length ? names.map((name) => `test/reliability/${name}`) : ['test/reliability'];
  const code = await vitest([...files, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
    VITE_THOROUGH: '1',
  });
  if (code) throw new Failure('not everything came out as it should: docs/RELIABILITY.md stays as it was');
  /** @type {Kept} */
  const kept = await readResults('reliability');
  const { testResults } = JSON.parse(await readFile(report, 'utf8'));
  for (const { name, assertionResults } of testResults) {
    const date = new Date().toISOString().slice(0, 10);
    const tests = /** @type {Result[]} */ (assertionResults).flatMap(({ meta, duration }) =>
      meta.tried ? [{ ...meta.tried, seconds: duration / 1000 }] : [],
    );
    if (tests.length) kept[path.relative(path.join(root, 'test', 'reliability'), name)] = { date, tests };
  }
  await writeResults('reliability', kept);
  await writePage();
  console.log('\ndocs/RELIABILITY.md is written');
});
