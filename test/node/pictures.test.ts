import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import facts from '../../app/guide/pictures.json' with { type: 'json' };
import { amount } from '../../scripts/pictures/options.mjs';
import { palettePng } from '../../scripts/pictures/png.mjs';
import { command } from '../support/command.ts';
import { decoded } from '../support/decoded.ts';
import { root } from '../support/root.ts';

const folder = path.join(root, 'docs/guide');

const names = Object.keys(facts) as (keyof typeof facts)[];
const pictures = command('scripts/pictures.mjs');

describe('each guide of a model', () => {
  // The index has the guides in tables; the one of topics is about no model.
  const [models = ''] = readFileSync(path.join(folder, 'index.md'), 'utf8').split('| topics | |');
  const guides = [...models.matchAll(/^\| \[[^\]]+\]\(([\w-]+)\.md\)/gm)].map(([, name]) => name);

  it('has a picture of the command, and each picture has a guide', () =>
    expect([...guides].sort()).toEqual([...names].sort()));

  it('has its picture, and no picture is unused', () =>
    expect(readdirSync(path.join(folder, 'pictures')).sort()).toEqual(names.map((name) => `${name}.png`).sort()));

  it.each(names)('%s: shows and describes the picture, the command that made it and the length of training', (name) => {
    const text = readFileSync(path.join(folder, `${name}.md`), 'utf8');
    const [, alt, file, caption] = /^!\[([^\]]*)\]\((pictures\/[^)]+)\)\n\n(.+?)\n\n/ms.exec(text) ?? [];
    expect(file).toBe(`pictures/${name}.png`);
    expect(alt?.length).toBeGreaterThan(30);
    expect(caption).toContain(`\`npm run pictures -- ${name}\``);
    expect(caption?.replaceAll('\n', ' ')).toContain(amount(name));
  });

  it.each(names)('%s: its picture is small, and has several colours', (name) => {
    const png = readFileSync(path.join(folder, `pictures/${name}.png`));
    expect(png.length).toBeLessThan(120_000);
    expect(new Set(decoded(png).indices).size).toBeGreaterThan(20);
  });
});

describe('a PNG of few colours', () => {
  it('has each pixel to a 64th of its range, with exact black and white', () => {
    const rgba = Uint8Array.from({ length: 4 * 15 }, (_, i) => (i < 8 ? (i < 4 ? 0 : 255) : (i * 37) % 256));
    const { width, height, palette, indices } = decoded(palettePng({ width: 5, height: 3, rgba }));
    expect([width, height]).toEqual([5, 3]);
    const pixels = indices.map((index) => [...palette.subarray(3 * index, 3 * index + 3)]);
    expect(pixels.slice(0, 2)).toEqual([[0, 0, 0], [255, 255, 255]]); // prettier-ignore
    pixels.forEach((pixel, i) =>
      pixel.forEach((value, channel) => expect(Math.abs(value - rgba[4 * i + channel])).toBeLessThanOrEqual(2)),
    );
  });

  it('uses the nearest frequent colours if there are too many', () => {
    // 256 colours twice each, and one more that lies between two of them, nearer to the first.
    const frequent = Array.from({ length: 512 }, (_, i) => [4 * (i >> 4), 8 * ((i >> 1) % 8), 0, 255]);
    const { palette, indices } = decoded(
      palettePng({ width: 513, height: 1, rgba: Uint8Array.from([...frequent, [0, 0, 12, 255]].flat()) }),
    );
    expect(palette.length).toBe(3 * 256);
    expect(indices[512]).toBe(indices[0]);
  });
});

describe('npm run pictures', () => {
  it('--help names every picture', async () => {
    const { stdout } = await pictures('--help');
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  });

  it('a picture that does not exist prints one line', async () => {
    await expect(pictures('rhubarb')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: there is no picture 'rhubarb'.*\n$/) as string,
    });
  });

  it('hardly trained models are not written to the guides', async () => {
    await expect(pictures('--quick', '--out', 'docs/guide/pictures')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('do not go to the guides') as string,
    });
  });
});
