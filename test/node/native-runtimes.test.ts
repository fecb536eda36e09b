/** Where `npm run test:native` runs the tests. */
import { describe, expect, it } from 'vitest';
import { readRuntimes } from '../../scripts/native-runtimes.mjs';

describe('--only', () => {
  it('names runtimes, in any order and several times, and leaves the rest to Vitest', () => {
    expect(readRuntimes([])).toEqual({ only: [], rest: [] });
    expect(readRuntimes(['test/a.test.ts', '-t', 'sums', '--only', 'llvmpipe', '--only=node'])).toEqual({
      only: ['node', 'llvmpipe'],
      rest: ['test/a.test.ts', '-t', 'sums'],
    });
  });

  it.each([
    [['--only', 'bun'], '--only bun: choose one of node, deno, llvmpipe'],
    [['--only=node,deno'], '--only node,deno: choose one of node, deno, llvmpipe'],
    [['test/a.test.ts', '--only'], '--only without a name: choose one of node, deno, llvmpipe'],
  ])('%j is refused', (given, message) => expect(() => readRuntimes(given)).toThrow(message));
});
