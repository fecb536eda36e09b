/** A visitor's table: its columns, those of them that are numbers, and its rows as they stand in the file. */
import { readCsv } from '../../src/index.ts';
import type { Examples, TableFile } from './protocol.ts';

/** A column, and its values that are no numbers. */
export interface Column {
  name: string;
  /** the first of them, and in which row below the header, from 1 */
  first?: { value: string; row: number };
  /** how many of them are text, and how many are nothing at all */
  texts: number;
  blanks: number;
  /** the different values, as far as they may be classes */
  values: Set<string>;
}

/** What the columns are used for. */
export type Use = Omit<TableFile, 'text'>;

/** A column of text with more values than that names the rows, and no classes. */
const mostClasses = 30;

/** The fields of each line that is not empty (RFC 4180). */
export function* linesOf(text: string): Generator<string[]> {
  const delimiter = delimiterOf(text);
  const field = new RegExp(
    `(?:"((?:[^"]|"")*)"[^${delimiter}\r\n]*|([^${delimiter}\r\n]*))(${delimiter}|\r\n?|\n|$)`,
    'gy',
  );
  let line: string[] = [];
  field.lastIndex = text.startsWith('\ufeff') ? 1 : 0;
  while (field.lastIndex < text.length) {
    const [, quoted, bare, end] = field.exec(text)! as (string | undefined)[];
    line.push((quoted?.replaceAll('""', '"') ?? bare!).trim());
    if (end === delimiter && field.lastIndex < text.length) continue;
    if (end === delimiter) line.push('');
    if (line.length > 1 || line[0] !== '' || quoted !== undefined) yield line;
    line = [];
  }
}

/** Whichever of `,`, `;` and tab comes first in the first line, outside of quotes. */
const delimiterOf = (text: string): string => /^(?:\s*(?:"[^"]*"|[^",;\t\r\n])+)?([,;\t])/.exec(text)?.[1] ?? ',';

const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);

export function columnsOf(text: string): Column[] {
  const lines = linesOf(text);
  const first = lines.next().value as string[] | undefined;
  if (!first) return [];
  const named = !first.every(isNumber);
  const columns = first.map((name, i): Column => ({
    name: named ? name : `${i}`,
    texts: 0,
    blanks: 0,
    values: new Set(),
  }));
  let row = 0;
  const count = (line: string[]) => {
    row++;
    // Of lines of different lengths, `readCsv` says where they are.
    columns.slice(0, line.length).forEach((column, i) => {
      const value = line[i];
      if (column.values.size <= mostClasses) column.values.add(value);
      if (isNumber(value)) return;
      column.first ??= { value, row };
      if (value === '') column.blanks++;
      else column.texts++;
    });
  };
  if (!named) count(first);
  for (const line of lines) count(line);
  return columns;
}

/** What a program has to be told of a table: by name where the first line names the columns, else by number. */
export function columnIn({ text }: TableFile, column: number): string | number {
  const first = linesOf(text).next().value as string[];
  return first.every(isNumber) ? column : first[column];
}

/** The columns' names, and some rows as they stand in the file: those with these numbers below the header, from 0. */
export function asWritten(text: string, rows: Iterable<number>): { names: string[]; lines: Map<number, string[]> } {
  const wanted = new Set(rows);
  const found = new Map<number, string[]>();
  const lines = linesOf(text);
  const first = lines.next().value as string[];
  const named = !first.every(isNumber);
  let row = 0;
  if (!named && wanted.has(row++)) found.set(0, first);
  for (const line of lines) {
    if (wanted.has(row)) found.set(row, line);
    row++;
  }
  return { names: named ? first : first.map((_, i) => `column ${i + 1}`), lines: found };
}

/** What is proposed: numbers are learned, the only column of text with a few different values is the class, and other text is left out. */
export function proposed(columns: Column[]): Use {
  const wrong = [...columns.keys()].filter((i) => columns[i].first);
  const classes = wrong.filter((i) => columns[i].texts > columns[i].blanks && columns[i].values.size <= mostClasses);
  const label = classes.length === 1 ? classes[0] : undefined;
  return { label, leftOut: wrong.filter((i) => i !== label) };
}

/** @throws what `readCsv` says */
export function readTable(name: string, columns: Column[], { text, label, leftOut }: TableFile): Examples {
  const options = label === undefined ? {} : { label: columns[label].name };
  const read = readCsv(leftOut.length ? withoutColumns(text, leftOut) : text, options);
  return {
    name,
    kind: 'table',
    shape: [read.shape[1]],
    values: read.data,
    columns: read.columns,
    labels: read.labels,
    classes: read.classes,
    table: { text, label, leftOut },
  };
}

function withoutColumns(text: string, leftOut: number[]): string {
  const lines: string[] = [];
  for (const line of linesOf(text)) lines.push(csvLine(line.filter((_, i) => !leftOut.includes(i))));
  return lines.join('\n');
}

/** Why a table cannot be read as it is, in words that say what to do about it; undefined where its columns are not the reason. */
export function whyNotRead(name: string, columns: Column[]): string | undefined {
  const wrong = columns.flatMap(({ name: column, first }) =>
    first
      ? [`${column} (${first.value === '' ? 'nothing' : `“${first.value.slice(0, 40)}”`} in row ${first.row})`]
      : [],
  );
  return wrong.length
    ? `${name} is not read yet. These columns have values that are not numbers: ${wrong.join(', ')}. Under “Your own data”, choose which of them to leave out and which one has the classes.`
    : undefined;
}

export const csvLine = (fields: (string | number)[]): string =>
  fields.map((field) => (/[",;\t\r\n]/.test(`${field}`) ? `"${`${field}`.replaceAll('"', '""')}"` : field)).join(',');
