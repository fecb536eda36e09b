import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import facts from '../../app/guide/pictures.json' with { type: 'json' };
import { command } from '../support/command.ts';
import { decoded } from '../support/decoded.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const out = temporaryFolder('pictures');

const names = Object.keys(facts) as (keyof typeof facts)[];
const pictures = command('scripts/pictures.mjs');

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
