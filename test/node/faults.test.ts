import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { faults } from '../../scripts/faults/list.mjs';
import { seed } from '../../scripts/faults/seed.mjs';
import { root } from '../support/root.ts';

const files = [...new Set(faults.map(({ file }) => file))];

/** What holds no arithmetic: the tag that puts texts together, and the names of a convolution's sizes, by which the host fills them in. */
const without = ['wgsl-preprocessor.d.ts', 'wgsl.ts', 'window.ts'];

it('every file of shaders has faults', () => {
  expect([...files, ...without].sort()).toEqual(readdirSync(path.join(root, 'shaders')).sort());
});

describe.each(files)('the faults for shaders/%s', (file) => {
  const own = faults.filter((fault) => fault.file === file);

  it('each match a text as listed, and change it differently', () => {
    const source = readFileSync(path.join(root, 'shaders', file), 'utf8');
    const seeded = own.map((fault) => seed(source, fault));
    expect(new Set([source, ...seeded]).size).toBe(1 + own.length);
  });

  it('each name a test that exists', () => {
    // The longer tests of that name count as well.
    const isThere = (test: string) =>
      [test, test.replace(/\.test\.ts$/, '.long.test.ts')].some((file) => existsSync(path.join(root, file)));
    expect(own.map(({ test }) => test).filter((test) => !isThere(test))).toEqual([]);
  });
});

describe('a seeded fault', () => {
  const fault = { file: 'x.ts', kind: 'sign', text: 'a - b', becomes: 'a + b', test: 'x.test.ts' };

  it('changes the listed place', () => {
    expect(seed('a - b;', { ...fault, of: [1, 1] })).toBe('a + b;');
    expect(seed('a - b; a - b; a - b;', { ...fault, of: [2, 3] })).toBe('a - b; a + b; a - b;');
  });

  it('is an error if its text does not occur, or occurs more often', () => {
    expect(() => seed('a + b;', { ...fault, of: [1, 1] })).toThrow(
      'shaders/x.ts has this text 0 times, but the fault says 1 times: a - b',
    );
    expect(() => seed('a - b; a - b;', { ...fault, of: [1, 1] })).toThrow(
      'this text 2 times, but the fault says 1 times',
    );
  });
});
