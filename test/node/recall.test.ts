import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openGpu } from '../../src/runtime/open.ts';
import { openRecall } from '../../src/runtime/recall.ts';
import { standInAdapter, standInDevice } from '../support/stand-in.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const homes = temporaryFolder('homes');
let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(homes, 'home-'));
  vi.stubEnv('HOME', home);
});

afterEach(() => vi.unstubAllEnvs());

const file = () => path.join(home, '.cache', 'latentgpu', 'tuning.json');

it('remembers the winners of several adapters', async () => {
  await openRecall().write('one', { product: 'fast' });
  await openRecall().write('other', { product: 'slow' });
  expect(await openRecall().read('one')).toEqual({ product: 'fast' });
  expect(await openRecall().read('other')).toEqual({ product: 'slow' });
  expect(await openRecall().read('a third')).toEqual({});
});

it.each(['', '{"one": {"prod', 'null', '5', '"text"', '[]', '{"one": null}'])(
  'treats a damaged file as missing: %s',
  async (text) => {
    await mkdir(path.dirname(file()), { recursive: true });
    await writeFile(file(), text);
    const { read, write } = openRecall();
    expect(await read('one')).toEqual({});
    await write('one', { product: 'fast' });
    expect(await read('one')).toEqual({ product: 'fast' });
  },
);

it('remembers nothing without storage', async () => {
  await writeFile(path.join(home, '.cache'), 'a file where a folder should be');
  const { read, write } = openRecall();
  await write('one', { product: 'fast' });
  expect(await read('one')).toEqual({});
  expect(await readFile(path.join(home, '.cache'), 'utf8')).toBe('a file where a folder should be');
});

describe('openGpu works without storage:', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const refuse = (name: string) => () => {
    throw new DOMException('The operation is insecure.', name);
  };
  /** The system's own, which throws what Node throws for a user without an entry, or Deno without a permission. */
  const homeThrows = (name: string) =>
    vi
      .spyOn(process, 'getBuiltinModule')
      .mockImplementation((module: string) =>
        module === 'node:os' ? { homedir: refuse(name) } : { readFileSync: refuse(name) },
      );
  // Node itself calls process.nextTick when a message of the test runner arrives.
  const { nextTick } = process;
  const pretendProcess = (own: object) => vi.stubGlobal('process', { nextTick, ...own });
  const database = (value: unknown) =>
    Object.defineProperty(globalThis, 'indexedDB', { configurable: true, ...(value as PropertyDescriptor) });
  afterEach(() => void delete (globalThis as { indexedDB?: unknown }).indexedDB);

  it.each<[string, () => unknown]>([
    ['a user without a home folder', () => homeThrows('SystemError')],
    ['Deno without a permission', () => homeThrows('NotCapable')],
    ['Node whose modules are kept from a program', () => vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)], // prettier-ignore
    ["neither a browser nor Node, but a bundler's process", () => pretendProcess({})],
    ['a page whose getter of indexedDB throws', () => database({ get: refuse('SecurityError') })],
    ['a page whose indexedDB refuses', () => database({ value: { open: refuse('SecurityError') } })],
    ['a page whose indexedDB is null', () => (database({ value: null }), pretendProcess({}))],
  ])('%s', async (_, pretend) => {
    pretend();
    const adapter = standInAdapter(async () => standInDevice());
    for (const tuning of ['measured', 'fixed'] as const) {
      const gpu = await openGpu({ adapter, tuning });
      expect(await gpu.tuner.first({ kernel: 'NN', problem: 'NN 1x1x1', ways: ['one', 'other'], make: vi.fn() })).toBe(
        'one',
      );
      gpu.close();
    }
    const { read, write } = openRecall();
    await write('one', { product: 'fast' });
    expect(await read('one')).toEqual({});
  });

  it('storage is not read if tuning is fixed', async () => {
    const asked = vi.fn();
    database({ get: asked });
    pretendProcess({ getBuiltinModule: asked });
    (await openGpu({ adapter: standInAdapter(async () => standInDevice()), tuning: 'fixed' })).close();
    expect(asked).not.toHaveBeenCalled();
  });

  it('a database that opens too late is closed', async () => {
    vi.useFakeTimers();
    const opening = {} as IDBOpenDBRequest & { result: object };
    database({ value: { open: () => opening } });
    const reading = openRecall().read('one');
    await vi.runAllTimersAsync();
    expect(await reading).toEqual({});
    const close = vi.fn();
    Object.assign(opening, { result: { close } });
    opening.onsuccess!(new Event('success'));
    await vi.runAllTimersAsync();
    expect(close).toHaveBeenCalledOnce();
  });
});
