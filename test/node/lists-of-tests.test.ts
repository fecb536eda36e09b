/** The files of tests that configurations and CI name: one that has been renamed would be left out without a word. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { ViteUserConfig } from 'vitest/config';
import mutants from '../../vitest.mutants.config.ts';
import native from '../../vitest.native.config.ts';
import { root } from '../support/root.ts';

const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file.replaceAll(path.sep, '/')}`);

/** Returns the texts that a pattern with braces stands for: `a{b,c}` is `ab` and `ac`. */
function expanded(pattern: string): string[] {
  const [inner] = /\{[^{}]*\}/.exec(pattern) ?? [];
  if (inner === undefined) return [pattern];
  const words = inner.slice(1, -1).split(',');
  return words.flatMap((word) => expanded(pattern.replace(inner, () => word)));
}

/** Returns the names for which there is no test; a pattern for quick and longer tests needs one of the two. */
const missing = (patterns: readonly string[]): string[] =>
  patterns
    .flatMap((pattern) => expanded(pattern.replace(/(\{,\.long\})?\.test\.ts$/, '')))
    .filter((name) => !files.some((file) => file === `${name}.test.ts` || file === `${name}.long.test.ts`));

it.each<[string, ViteUserConfig]>([
  ['vitest.native.config.ts', native],
  ['vitest.mutants.config.ts', mutants],
])('%s names files that exist', (_, config) => {
  const { include } = config.test!;
  expect(include!.length).toBeGreaterThan(0);
  expect(missing(include!)).toEqual([]);
});

it('.ci/run names the beginnings of files that exist', () => {
  const named = readFileSync(path.join(root, '.ci/run'), 'utf8')
    .match(/(?<= )test\/\S+/g)!
    .flatMap(expanded);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !files.some((file) => file.startsWith(name)))).toEqual([]);
});

it('a name without a test is found', () => {
  expect(missing(['test/node/{open,nothing}{,.long}.test.ts'])).toEqual(['test/node/nothing']);
});
