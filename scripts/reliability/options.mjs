import path from 'node:path';
import { helpLists, readArguments } from '../command-line.mjs';
import { root } from '../setup.mjs';

/** The options of a command that writes into docs/RELIABILITY.md. @typedef {{ name: string[], out: string, help: boolean }} Options */

/** @type {Record<string, import('../command-line.mjs').Option>} */
const table = {
  name: {
    value: 'name',
    several: true,
    about: 'only files of this name; may be given several times, also without --name',
  },
  out: { value: 'folder', about: 'where RELIABILITY.md and results/ go (default: docs)' },
  help: { about: 'show this' },
};

/**
 * @param {string} command as in `npm run reliability`
 * @param {string} about what it does, for its help, which is shown if asked for
 * @returns {Options | undefined} nothing where help was asked for
 */
export function readOptions(command, about) {
  const given = readArguments(process.argv.slice(2), table, command, 'name');
  if (given.help) {
    console.log(`${about}\n\n  ${command} -- [options]\n\n${helpLists(table, []).options}`);
    return undefined;
  }
  const out = typeof given.out === 'string' ? path.resolve(given.out) : path.join(root, 'docs');
  return /** @type {Options} */ ({ name: [], help: false, ...given, out });
}
