import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import facts from '../../app/guide/pictures.json' with { type: 'json' };
import { decoded } from '../support/decoded.ts';

const root = path.resolve(import.meta.dirname, '../..');
const out = mkdtempSync(path.join(tmpdir(), 'latentgpu-pictures-'));
afterAll(() => rmSync(out, { recursive: true }));

const names = Object.keys(facts) as (keyof typeof facts)[];
const pictures = (...args: string[]) =>
  promisify(execFile)(process.execPath, [path.join(root, 'scripts/pictures.mjs'), ...args], { cwd: root });

describe('npm run pictures', () => {
  it('draws a single picture, or all', async () => {
    await pictures('--quick', 'jigsaw', '--out', out);
    expect(readdirSync(out)).toEqual(['jigsaw.png']);
    const { stderr } = await pictures('--quick', '--out', out);
    expect(stderr).toBe('');
    expect(readdirSync(out).sort()).toEqual(names.map((name) => `${name}.png`).sort());
    for (const name of names) expect(decoded(readFileSync(path.join(out, `${name}.png`))).width).toBeGreaterThan(500);
  }, 240_000);
});
