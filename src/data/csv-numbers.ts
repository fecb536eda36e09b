/** Numbers as texts. */
import { DataError, type FormatError } from '../errors.ts';
import { csvError, lineAt, type Delimiter, type Field } from './csv-lines.ts';

const finite = /^[+-]?[\d.]+(e[+-]?\d+)?$/i;
const notFinite = /^[+-]?(nan|inf|infinity)$/i;

/** What stands for a value that is missing. */
export const isMissing = (text: string): boolean => /^(|\?|-|NA|#?N\/A|n\/a|null|NULL|None)$/.test(text);

/** The number that a text means, or undefined. Number() takes hexadecimal numbers and the empty text, too. */
export function numberIn(text: string, decimal: ',' | '.'): number | undefined {
  // Where the comma is decimal, a point sets thousands apart or is a mistake.
  const plain = decimal === '.' ? text : text.replace(/[.,]/, (sign) => (sign === ',' ? '.' : ' '));
  if (finite.test(plain)) {
    const value = Number(plain);
    return Number.isNaN(value) ? undefined : value;
  }
  return notFinite.test(plain) ? NaN : undefined;
}

/** What there is to know of a field besides its text. */
export interface Place {
  readonly row: number;
  /** The name of its column. */
  readonly column: string;
  readonly delimiter: Delimiter;
  readonly decimal: ',' | '.';
  /** Whether the reader has decided by itself that this line is the first one of the data. */
  readonly guessedFirst: boolean;
}

/** Why a field cannot be read, and what helps. */
export function noNumber(text: string, { text: value, offset }: Field, place: Place): FormatError {
  const at = `row ${place.row}, column ${place.column}`;
  if (value === '')
    return csvError(
      text,
      offset,
      `${at} is blank (offset ${offset}); fill missing values in first, or leave the column out with \`columns\``,
    );
  const advice = isMissing(value)
    ? 'fill missing values in first, or leave the column out with `columns`'
    : place.delimiter === ',' && /[;\t]/.test(value)
      ? `is the \`delimiter\` another one than ${place.delimiter}?`
      : place.decimal === '.' && /^[+-]?[\d.]*,\d+$/.test(value)
        ? "numbers with a decimal comma are read with `decimal: ','`"
        : place.guessedFirst
          ? 'if this line names the columns, say `header: true`'
          : 'a column of text can be the `label`, or be left out with `columns`';
  return csvError(text, offset, `'${value.slice(0, 40)}' in ${at} (offset ${offset}) is not a number; ${advice}`);
}

/** For a number that float32 does not have. */
export function notFloat(text: string, { text: value, offset }: Field, { row, column }: Place): DataError {
  const problem = notFinite.test(value) ? 'is not finite' : 'is more than float32 holds, 3.4e38';
  return new DataError(
    `csv, line ${lineAt(text, offset)}: ${value.slice(0, 40)} at row ${row}, column ${column} ${problem}`,
  );
}
