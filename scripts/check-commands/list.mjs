// The way in which CI runs each script of package.json: as a step of .ci/run, by a test, or in a short form by
// `npm run check:commands`.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

/**
 * The way in which a script is run, one of:
 * - `step`: it is a step of .ci/run.
 * - `test`: the test file that runs it, or its work, from end to end.
 * - `args`: it is run with these arguments, in which `OUT` becomes a temporary folder. `makes` is a file that it has to
 *   write there. `serves` means that it serves until it is ended, and answers at the address that it prints.
 * - `like`: another script of which it is a variant, for the reason given.
 * @typedef {{ step: true } | { test: string } | { args: string[], makes?: string, serves?: RegExp } | { like: string, because: string }} Way
 */

/** @type {Record<string, Way>} */
export const ways = {
  setup: { args: [] },
  start: { test: 'test/support/start.ts' },
  reproduce: { test: 'test/node/reproduce.test.ts' },
  playground: { args: ['--port', '0'], serves: /^The playground is at (\S+)$/m },
  'build:playground': { args: ['--out', 'OUT'], makes: 'index.html' },
  pictures: { test: 'test/node/pictures.long.test.ts' },
  bench: { args: ['--quick', '--only', 'sum', '--out', 'OUT'] },
  test: { step: true },
  'test:long': { step: true },
  'test:all': { like: 'test:long', because: 'it runs test, test:long, test:native and test:firefox in turn' },
  'test:native': { step: true },
  'test:firefox': { like: 'test', because: 'it runs the same files in Firefox, for ten minutes' },
  'test:tilings': { args: ['test/kernels/dense.long.test.ts', '-t', 'one layer'] },
  reliability: { args: ['models-from-files', '--out', 'OUT'], makes: 'RELIABILITY.md' },
  mutants: { args: ['labels', '--out', 'OUT'], makes: 'RELIABILITY.md' },
  faults: { args: ['decay', '--out', 'OUT'], makes: 'RELIABILITY.md' },
  isa: { args: ['--only', 'simple', '--model'] },
  coverage: { args: ['--project', 'node', 'test/node/csv.test.ts'] },
  typecheck: { step: true },
  lint: { step: true },
  format: { like: 'format:check', because: 'it is the same Prettier, which changes files' },
  'format:check': { step: true },
  build: { step: true },
  'check:package': { step: true },
  'check:commands': { step: true },
  size: { step: true },
  site: { args: ['--out', 'OUT'], makes: 'index.html' },
  docs: { like: 'site', because: 'the site has the same reference' },
};

/** @type {Record<string, string>} */
export const ownScripts = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts;

const textOf = (/** @type {string} */ file) => readFileSync(path.join(root, file), 'utf8');

/**
 * Returns the errors of the list in words; none if it has every script, and every step and test exists.
 * @param {Record<string, string>} [scripts] of package.json
 * @param {string} [steps] the text of .ci/run
 * @returns {string[]}
 */
export function problems(scripts = ownScripts, steps = textOf('.ci/run')) {
  return [
    ...Object.keys(scripts)
      .filter((name) => !ways[name])
      .map((name) => `${name} has no entry in scripts/check-commands/list.mjs`),
    ...Object.keys(ways)
      .filter((name) => !scripts[name])
      .map((name) => `package.json has no script ${name}`),
    ...Object.entries(ways).flatMap(([name, way]) => {
      if ('step' in way) {
        const called =
          name === 'test' ? /^ *step .*\bnpm test\b/m : new RegExp(`^ *step .*\\bnpm run ${name}( |$)`, 'm');
        return called.test(steps) ? [] : [`.ci/run has no step for ${name}`];
      }
      if ('test' in way) {
        const [, program = ''] = /(scripts\/\S+\.mjs|^\w+$)/.exec(scripts[name]) ?? [];
        return textOf(way.test).includes(program) ? [] : [`${way.test} does not start ${program}`];
      }
      return 'like' in way && !ways[way.like] ? [`${name} is like ${way.like}, which there is not`] : [];
    }),
  ];
}
