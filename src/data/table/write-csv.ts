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
  const texts = columns.map((column) => column.categories?.map(quoted));
  const classes = label?.classes.map(quoted);
  const lines = [[...columns, ...(label ? [label] : [])].map(({ name }) => quoted(name)).join(',')];
  for (let i = 0; i < length; i++) {
    const row = at(i);
    const fields = columns.map((column, c) => textOf(column, row, texts[c]));
    if (label) fields.push(classes![label.values[row]] ?? '');
    const line = join(
      fields,
      ',',
      () => `toCsv: row ${i} is too long for one string: leave out a column, with \`without\``,
    );
    // An empty line would not be read as a row.
    lines.push(line || '""');
  }
  lines.push('');
  const tooLong = 'toCsv: the text is too long for one string: write the table in parts, with `filter`';
  return join(lines, '\n', () => tooLong);
}

function textOf(column: ColumnData, row: number, texts: readonly string[] | undefined): string {
  const value = column.values.at(row);
  if (column.kind === 'category') return value < 0 ? '' : (texts?.[value] ?? quoted(column.textOf!(value)));
  if (Number.isNaN(value)) return '';
  return column.kind === 'time' ? isoOf(value) : `${value}`;
}

/** Returns a text as a field, quoted if necessary. */
const quoted = (text: string): string => (/[",;|\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
