import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { peerFile } from '../../scripts/isa/compile.mjs';
import { driverFile, missing } from '../../scripts/isa/machine.mjs';
import { writePage } from '../../scripts/isa/page.mjs';
import { command } from '../support/command.ts';
import { root } from '../support/root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder('isa');

describe('docs/GPU.md', () => {
  it('keeps the sections without new results, in their order', async () => {
    const file = path.join(folder, 'GPU.md');
    await writePage(file, { 'jax-js': 'theirs' });
    await writePage(file, { amd: 'first' });
    await writePage(file, { amd: 'second', intel: 'other' });
    const page = readFileSync(file, 'utf8');
    expect(page.split('\n').filter((line) => /^(first|second|other|theirs)$/.test(line))).toEqual([
      'second',
      'other',
      'theirs',
    ]);
    await writePage(file, {});
    expect(readFileSync(file, 'utf8')).toBe(page);
  });
});

it('the library whose products are compiled for comparison is in the benchmark', () => {
  expect(readFileSync(path.join(root, 'bench/peers', `${peerFile}.ts`), 'utf8')).toMatch(
    /^export const peer: Peer = \{[^]*\n {2}async matmul\(/m,
  );
});

describe('npm run isa', () => {
  const isa = command('scripts/isa.mjs');

  it('lists its options', async () => {
    const { stdout } = await isa('--help');
    for (const option of ['only', 'compiler', 'peer', 'ways', 'model', 'write', 'out', 'help'])
      expect(stdout).toContain(`--${option}`);
  });

  it.each([
    [['--rhubarb'], /^error: there is no option --rhubarb; npm run isa -- --help lists them\n$/],
    [['--write', '--only', 'simple'], /^error: --write needs all works.*\n$/],
  ])('%s is one line', async (args, line) => {
    await expect(isa(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(line) as string });
  });

  it('names what is missing and how to get it', () => {
    const places = { platform: 'linux', drivers: [folder], include: folder, programs: [folder] };
    expect(missing('amd', places)).toBe(
      'mesa-vulkan-drivers, gcc, libc6-dev, libvulkan-dev are missing (Debian: apt-get install mesa-vulkan-drivers gcc libc6-dev libvulkan-dev)',
    );
    expect(missing('intel', places)).toContain(' meson ');
    expect(missing('amd', { ...places, platform: 'darwin' })).toMatch(/ on Linux only, and this is darwin$/);
    writeFileSync(path.join(folder, 'radeon_icd.x86_64.json'), '{}');
    expect(driverFile('radeon_icd', [path.join(folder, 'nowhere'), folder])).toBe(
      path.join(folder, 'radeon_icd.x86_64.json'),
    );
    expect(missing('amd', places)).not.toContain('mesa');
  });
});
