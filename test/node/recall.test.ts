import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openRecall } from '../../src/runtime/recall.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'latentgpu-home-'));
  vi.stubEnv('HOME', home);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const file = () => path.join(home, '.cache', 'latentgpu', 'tuning.json');

it('remembers the winners of several adapters', async () => {
  await openRecall().write('one', { product: 'fast' });
  await openRecall().write('other', { product: 'slow' });
  expect(await openRecall().read('one')).toEqual({ product: 'fast' });
  expect(await openRecall().read('other')).toEqual({ product: 'slow' });
  expect(await openRecall().read('a third')).toEqual({});
});

it.each(['', '{"one": {"prod', 'null', '5', '"text"', '[]', '{"one": null}'])(
  'takes a damaged file for none: %s',
  async (text) => {
    await mkdir(path.dirname(file()), { recursive: true });
    await writeFile(file(), text);
    const { read, write } = openRecall();
    expect(await read('one')).toEqual({});
    await write('one', { product: 'fast' });
    expect(await read('one')).toEqual({ product: 'fast' });
  },
);

it('remembers nothing where there is no place for it', async () => {
  await writeFile(path.join(home, '.cache'), 'a file where a folder should be');
  const { read, write } = openRecall();
  await write('one', { product: 'fast' });
  expect(await read('one')).toEqual({});
  expect(await readFile(path.join(home, '.cache'), 'utf8')).toBe('a file where a folder should be');
});
