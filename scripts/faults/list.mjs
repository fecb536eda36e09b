// The faults that `npm run faults` seeds into the WGSL, one at a time; the test named with each has to fail. Those of
// shaders/NAME.ts are in list/NAME.mjs: the test of the file, then each fault as [kind, text, replacement]. The text
// occurs once in the file, or `of` gives the occurrence and the number of all occurrences. Every fault compiles and
// affects a result.
import { readdirSync } from 'node:fs';

/**
 * @typedef {object} Fault
 * @property {string} file under shaders/
 * @property {string} kind
 * @property {string} text
 * @property {string} becomes
 * @property {[which: number, count: number]} of
 * @property {string} test the test file that has to catch it
 * @property {string} [only] a part of the names of the tests to run, if the others would take long
 */
/** @typedef {[kind: string, text: string, becomes: string, special?: { of?: [number, number], test?: string, only?: string }]} Entry */
/** @typedef {[test: string, ...entries: Entry[]]} FaultsOfFile */

/** @param {string} name a file of list/, without its ending */
async function faultsOf(name) {
  const { default: listed } = /** @type {{ default: FaultsOfFile }} */ (await import(`./list/${name}.mjs`));
  const [test, ...entries] = listed;
  return entries.map(
    ([kind, text, becomes, special]) =>
      /** @type {Fault} */ ({
        file: `${name}.ts`,
        kind,
        text,
        becomes,
        of: special?.of ?? [1, 1],
        test: `test/${special?.test ?? test}.test.ts`,
        only: special?.only,
      }),
  );
}

const names = readdirSync(new URL('./list', import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));

/** All faults, in the order of the files of shaders/. */
export const faults = (await Promise.all(names.sort().map(faultsOf))).flat();
