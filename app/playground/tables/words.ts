/** The texts of the view of tables. */
import type { ColumnFacts } from '../../table/job.ts';
import { valueWords } from '../../table/words.mjs';
import type { Understood } from './protocol.ts';

export const whole = (value: number): string => Math.round(value).toLocaleString('en');

export const counted = (count: number, one: string): string => `${whole(count)} ${one}${count === 1 ? '' : 's'}`;

/** Returns a share in percent: 0.005 is 0.5 %. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

const signs: Record<string, string> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

/** Returns a sentence on how a file was read. */
export function dialectWords({ dialect, rows, columns, label }: Understood): string {
  const size = `${counted(rows, 'row')}, ${counted(columns.length + (label ? 1 : 0), 'column')}`;
  const packed = dialect.compression ? ', gzipped' : '';
  if (dialect.format !== 'csv') return `${size}. ${dialect.format === 'json' ? 'JSON' : 'Parquet'}${packed}.`;
  const parts = [
    `separated by ${signs[dialect.delimiter ?? ','] ?? `“${dialect.delimiter}”`}`,
    `decimal ${dialect.decimal === ',' ? 'comma' : 'point'}`,
    ...(dialect.thousands ? [`thousands by “${dialect.thousands}”`] : []),
    dialect.header ? 'the first line names the columns' : 'no line with names',
    ...(dialect.dateOrder
      ? [dialect.dateOrder === 'dmy' ? 'dates with the day first' : 'dates with the month first']
      : []),
    ...(dialect.encoding ? [dialect.encoding.toUpperCase()] : []),
  ];
  return `${size}: ${parts.join(', ')}${packed}.`;
}

/** Returns a description of the values of a column. */
export function valuesWords({ kind, names, min, max }: ColumnFacts): string {
  if (kind === 'category') return names === undefined ? 'more than 10,000 names' : counted(names, 'name');
  if (min === undefined || max === undefined) return '';
  const words = (value: number) =>
    kind === 'time' ? valueWords(value, kind).replace(/T00:00:00Z$/, '') : valueWords(value, kind);
  return min === max ? words(min) : `${words(min)} … ${words(max)}`;
}

/** Returns a cell as in the file: a number with all of its digits, a text without quotes. */
export const cellWords = (value: string | number, kind: string): string =>
  kind === 'time' ? valueWords(value, kind) : typeof value === 'number' ? `${Number(value.toPrecision(12))}` : value;

/** Returns a value from the model with the digits that are certain. */
export const filledWords = (value: string | number | null, kind: string): string =>
  typeof value === 'string' ? value : valueWords(value, kind);

/** Returns a message of the reader with the names of this page's fields in place of the options of a program. */
export function plainly(message: string): string {
  return message
    .replace(/^readTable: /, '')
    .replace(/set `columns: \{.*?: 'category' \}`/g, 'make it a column of names in the list of columns')
    .replace(/set `missing: \["(.*?)"\]`/g, 'write “$1” into “a word for a blank”')
    .replace(/set `decimal: ','` or `thousands: ','`/g, 'choose the decimal sign, or the one for thousands')
    .replace(/set `decimal` and `thousands` to/g, 'set “decimal sign” and “thousands” to')
    .replace(/set `dateOrder: 'dmy'` or `'mdy'`/g, 'choose “day first” or “month first”')
    .replace(/`delimiter`/g, '“delimiter”')
    .replace(/`decimal`/g, '“decimal sign”')
    .replace(/`missing`/g, '“a word for a blank”');
}
