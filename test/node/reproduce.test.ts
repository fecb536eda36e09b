import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import rows from '../../app/reproduce/rows.json' with { type: 'json' };
import { resultsPage } from '../../scripts/reproduce/page.mjs';
import { readResults } from '../../scripts/reproduce/results.mjs';
import { command } from '../support/command.ts';
import { root } from '../support/root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const out = temporaryFolder('reproduce');

const names = Object.keys(rows);
const reproduce = command('scripts/reproduce.mjs');

it('--help and --list name every row', async () => {
  for (const flag of ['--help', '--list']) {
    const { stdout } = await reproduce(flag, '--out', out);
    for (const name of names) expect(stdout).toContain(name);
  }
});

it('a row that does not exist prints one line', async () => {
  for (const args of [['--row', 'rhubarb'], ['rhubarb']])
    await expect(reproduce(...args)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: .*rhubarb.*\n$/) as string,
    });
});

it('a part that no requested row has prints one line', async () => {
  for (const args of [
    ['--part', 'rhubarb'],
    ['--row', 'linear', '--part', 'gan'],
  ])
    await expect(reproduce(...args)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: there is no part .*\n$/) as string,
    });
});

it('docs/RESULTS.md matches the kept results', async () => {
  const docs = path.join(root, 'docs');
  expect(readFileSync(path.join(docs, 'RESULTS.md'), 'utf8')).toBe(resultsPage(await readResults(docs), false));
});

it('meaningless figures are not written to docs', async () => {
  await expect(reproduce('--quick', '--out', 'docs')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('do not go to docs') as string,
  });
});
