import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import rows from '../../app/reproduce/rows.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '../..');
const out = mkdtempSync(path.join(tmpdir(), 'latentgpu-reproduce-'));
afterAll(() => rmSync(out, { recursive: true }));

const names = Object.keys(rows);
const reproduce = (...args: string[]) =>
  promisify(execFile)(process.execPath, [path.join(root, 'scripts/reproduce.mjs'), ...args], { cwd: root });

it('--help and --list name every row', async () => {
  for (const flag of ['--help', '--list']) {
    const { stdout } = await reproduce(flag, '--out', out);
    for (const name of names) expect(stdout).toContain(name);
  }
});

it('a row that does not exist is one line', async () => {
  for (const args of [['--row', 'rhubarb'], ['rhubarb']])
    await expect(reproduce(...args)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: .*rhubarb.*\n$/) as string,
    });
});

it('figures that mean nothing do not go to docs', async () => {
  await expect(reproduce('--quick', '--out', 'docs')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('do not go to docs') as string,
  });
});
