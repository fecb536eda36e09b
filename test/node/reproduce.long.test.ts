import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import rows from '../../app/reproduce/rows.json' with { type: 'json' };
import { command } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const out = temporaryFolder('reproduce');

const names = Object.keys(rows);
const reproduce = command('scripts/reproduce.mjs');
const page = () => readFileSync(path.join(out, 'RESULTS.md'), 'utf8');

/** A folder with series made up here, named and laid out as those that the row `series` reads. */
function series(): string {
  const folder = mkdtempSync(path.join(out, 'series-'));
  const head = [...Array.from({ length: 140 }, (_, i) => `t${i}`), 'class'].join(',');
  for (const which of ['train', 'test']) {
    const beats = Array.from({ length: 900 }, (_, row) => {
      const strange = row % 5 === 0;
      const values = Array.from({ length: 140 }, (_, i) =>
        (0.5 + 0.4 * Math.sin(i / (strange ? 3 : 9) + row)).toFixed(3),
      );
      return [...values, strange ? 2 : 1].join(',');
    });
    writeFileSync(path.join(folder, `ecg5000-${which}.csv.gz`), gzipSync([head, ...beats].join('\n')));
  }
  const logs = [
    ['art_daily_small_noise', 4032, '2014-04-01T00:00:00Z'],
    ['art_daily_jumpsup', 4032, '2014-04-01T00:00:00Z'],
    ['machine_temperature_system_failure', 22_695, '2013-12-02T21:15:00Z'],
  ] as const;
  for (const [name, steps, from] of logs) {
    const lines = Array.from({ length: steps }, (_, i) => {
      const time = new Date(Date.parse(from) + 300_000 * i).toISOString().slice(0, 19).replace('T', ' ');
      return `${time},${(20 + 10 * Math.sin(i / 46) + (i % 7)).toFixed(3)}`;
    });
    writeFileSync(path.join(folder, `${name}.csv`), ['timestamp,value', ...lines].join('\n'));
  }
  return folder;
}

describe('shortened', () => {
  it('a single row is run, kept and not run again', async () => {
    const alone = path.join(out, 'alone');
    await reproduce('--quick', '--row', 'linear', '--out', alone);
    expect(readdirSync(path.join(alone, 'results'))).toEqual(['linear.json']);
    const kept = readFileSync(path.join(alone, 'results/linear.json'), 'utf8');
    const { stdout } = await reproduce('--quick', 'linear', '--out', alone);
    expect(stdout).toContain('Nothing to do');
    expect(readFileSync(path.join(alone, 'results/linear.json'), 'utf8')).toBe(kept);
  });

  it('every row runs from end to end and writes its figures next to the reference', async () => {
    await reproduce('--quick', '--out', out, '--data', series());
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
  }, 360_000);
});
