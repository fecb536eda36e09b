import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { helpLists, optionTable, readArguments } from '../command-line.mjs';
import { Failure } from '../failure.mjs';
import { root } from '../setup.mjs';

/** @typedef {import('../../app/reproduce/protocol.ts').RowName} RowName */

/** @type {Record<RowName, { title: string, about: string, softwareMinutes: number, parts?: string[], files?: string[] }>} `files`: what a row needs of the folder --data */
export const facts = JSON.parse(readFileSync(new URL('../../app/reproduce/rows.json', import.meta.url), 'utf8'));

export const rowNames = /** @type {RowName[]} */ (Object.keys(facts));

const table = optionTable({
  row: {
    value: 'name',
    names: rowNames,
    several: true,
    about: 'only this row; may be given several times, also without --row',
  },
  part: {
    value: 'name',
    names: [...new Set(rowNames.flatMap((name) => facts[name].parts ?? []))],
    several: true,
    about: 'only this part of a row that has parts; may be given several times',
  },
  minutes: {
    value: 'n',
    least: 1,
    about:
      'how long to train each model of a row that trains for a fixed time (default: 30 without a GPU, 10 with one)',
  },
  data: { value: 'folder', about: 'folder with the files that some rows need, such as series' },
  list: { about: 'say what is done and what is not, and how long each row takes' },
  again: { about: 'do rows again that are done already' },
  quick: { about: 'a rehearsal: every row within seconds, with figures that mean nothing; writes to out/reproduce' },
  out: { value: 'folder', about: 'where RESULTS.md and results/ go (default: docs)' },
  headed: { about: 'show the browser' },
  help: { about: 'show this' },
});

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {string[]} args */
export function readOptions(args) {
  const given = readArguments(args, table, 'npm run reproduce', 'row');
  const docs = path.join(root, 'docs');
  const out = path.resolve(given.out ?? (given.quick ? path.join(root, 'out', 'reproduce') : docs));
  if (given.quick && out === docs)
    throw new Failure('--quick makes figures that mean nothing, so they do not go to docs: give --out');
  const { part: parts, data } = given;
  // Without --data, the default is all rows that need no files.
  const all = given.list || data ? rowNames : rowNames.filter((name) => !facts[name].files || parts.length);
  const rows = given.row.length ? given.row : all;
  const stray = parts.find((part) => !rows.some((name) => facts[name].parts?.includes(part)));
  if (stray) throw new Failure(`there is no part '${stray}'; choose one of ${rows.join(', ')}`);
  const row = parts.length ? rows.filter((name) => parts.some((part) => facts[name].parts?.includes(part))) : rows;
  const files = given.list || given.help ? {} : filesOf(row, data);
  return { ...given, row, files, out };
}

/**
 * Returns the files that rows need from a folder.
 * @param {RowName[]} rows
 * @param {string | undefined} folder
 */
function filesOf(rows, folder) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of rows)
    for (const file of facts[name].files ?? []) {
      if (!folder)
        throw new Failure(`--row ${name} needs --data <folder>, with the files ${facts[name].files?.join(', ')}`);
      found[file] = path.resolve(folder, file);
      if (!existsSync(found[file])) throw new Failure(`there is no file ${file} in ${folder}`);
    }
  return found;
}

export function helpText() {
  const lists = helpLists(
    table,
    rowNames.map((name) => {
      const { title, about, parts } = facts[name];
      return [name, `${title}: ${about}${parts ? `. Parts: ${parts.join(', ')}` : ''}`];
    }),
  );
  return `Trains what is compared with known figures, on the full MNIST in Chrome, and writes docs/RESULTS.md. Finished rows are kept
in docs/results, and so are the parts of a row that has some; stopped by Ctrl-C, it goes on after them the next time. A row is done
again if its setting has changed.

  npm run reproduce -- [options]

${lists.options}

Rows:
${lists.others}`;
}
