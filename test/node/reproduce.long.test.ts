import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import rows from '../../app/reproduce/rows.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '../..');
const out = mkdtempSync(path.join(tmpdir(), 'latentgpu-reproduce-'));
afterAll(() => rmSync(out, { recursive: true }));

const names = Object.keys(rows);
const reproduce = (...args: string[]) =>
  promisify(execFile)(process.execPath, [path.join(root, 'scripts/reproduce.mjs'), ...args], { cwd: root });
const page = () => readFileSync(path.join(out, 'RESULTS.md'), 'utf8');

describe('in short', () => {
  it('a single row is done, kept and not done again', async () => {
    const alone = path.join(out, 'alone');
    await reproduce('--quick', '--row', 'linear', '--out', alone);
    expect(readdirSync(path.join(alone, 'results'))).toEqual(['linear.json']);
    const kept = readFileSync(path.join(alone, 'results/linear.json'), 'utf8');
    const { stdout } = await reproduce('--quick', 'linear', '--out', alone);
    expect(stdout).toContain('Nothing to do');
    expect(readFileSync(path.join(alone, 'results/linear.json'), 'utf8')).toBe(kept);
  });

  it('every row runs from end to end and writes its figures down beside the reference', async () => {
    await reproduce('--quick', '--out', out);
    expect(readdirSync(path.join(out, 'results')).sort()).toEqual(names.map((name) => `${name}.json`).sort());
    for (const name of names) {
      const { comparisons, settings, adapter, date } = JSON.parse(
        readFileSync(path.join(out, `results/${name}.json`), 'utf8'),
      ) as {
        comparisons: { what: string; ours: unknown }[];
        settings: object;
        adapter: string;
        date: string;
      };
      expect(comparisons.length).toBeGreaterThan(0);
      for (const { ours } of comparisons) expect(ours).toEqual(expect.any(Number));
      expect(Object.keys(settings)).toContain('seed');
      expect(adapter).not.toBe('');
      expect(Number.isNaN(Date.parse(date))).toBe(false);
    }
    expect(page()).not.toContain('Not done yet');
    expect(page().match(/^\| \| ours \| reference \|/gm)?.length).toBe(names.length);
  }, 240_000);
});
