import path from 'node:path';
import { helpLists, optionTable, readArguments } from '../command-line.mjs';
import { root } from '../setup.mjs';

const table = optionTable({
  name: {
    value: 'name',
    several: true,
    about: 'only files of this name; may be given several times, also without --name',
  },
  out: { value: 'folder', about: 'where RELIABILITY.md and results/ go (default: docs)' },
  help: { about: 'show this' },
});

/**
 * @param {string} command as in `npm run reliability`
 * @param {string} about what it does, for its help, which is shown if asked for
 * @returns the options, or undefined where help was asked for
 */
export function readOptions(command, about) {
  const given = readArguments(process.argv.slice(2), table, command, 'name');
  if (given.help) {
    console.log(`${about}\n\n  ${command} -- [options]\n\n${helpLists(table, []).options}`);
    return undefined;
  }
  return { ...given, out: path.resolve(given.out ?? path.join(root, 'docs')) };
}
