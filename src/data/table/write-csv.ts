/** Writes a table as comma-separated values. */
import type { ColumnData } from './column-data.ts';
import { isoOf } from './dates.ts';
import { join } from './join.ts';
import type { Storage } from './table.ts';

/**
 * Returns the text of `length` rows; `at` gives the place of each in the storage.
 * @throws OutOfMemoryError where the text is longer than the engine allows
 */
export function writeCsv({ columns, label }: Storage, length: number, at: (row: number) => number): string {
  const header = [...columns.map(({ name }) => name), ...(label ? [label.name] : [])];
  const pieces = [`${header.map((name) => quoted(name)).join(',')}\n`];
  // An empty line would not be read as a row.
  const alone = header.length === 1;
  const texts = columns.map((column) => column.categories?.map((name) => quoted(name)));
  const classes = label?.classes.map((name) => quoted(name));
  let piece = '';
  for (let i = 0; i < length; i++) {
    const row = at(i);
    let line = columns.map((column, c) => textOf(column, row, texts[c])).join(',');
    if (label) line += `${columns.length ? ',' : ''}${classes![label.values[row]] ?? ''}`;
    piece += `${alone && line === '' ? '""' : line}\n`;
    if (piece.length < 2 ** 16) continue;
    pieces.push(piece);
    piece = '';
  }
  pieces.push(piece);
  return join(pieces, 'toCsv: the text is too long for one string: write the table in parts, with `filter`');
}

function textOf(column: ColumnData, row: number, texts: readonly string[] | undefined): string {
  const value = column.values.at(row);
  if (column.kind === 'category') return value < 0 ? '' : (texts?.[value] ?? quoted(column.textOf!(value)));
  if (Number.isNaN(value)) return '';
  return column.kind === 'time' ? isoOf(value) : `${value}`;
}

/** Returns a text as a field, quoted if necessary. */
const quoted = (text: string): string => (/[",;|\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
