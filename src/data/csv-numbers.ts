/** Parses numbers in the fields of a CSV. */
import { DataError, type FormatError } from '../errors.ts';
import { csvError, lineAt, type Delimiter, type Field } from './csv-lines.ts';

const finite = /^[+-]?[\d.]+(e[+-]?\d+)?$/i;
const notFinite = /^[+-]?(nan|inf|infinity)$/i;

/** Returns whether a text marks a missing value. */
export const isMissing = (text: string): boolean => /^(|\?|-|NA|#?N\/A|n\/a|null|NULL|None)$/.test(text);

/** Parses a number, or returns undefined. Number() alone would accept hexadecimal numbers and the empty text. */
export function numberIn(text: string, decimal: ',' | '.'): number | undefined {
  // With a decimal comma, a point is a thousands separator or a mistake.
  const plain = decimal === '.' ? text : text.replace(/[.,]/, (sign) => (sign === ',' ? '.' : ' '));
  if (finite.test(plain)) {
    const value = Number(plain);
    return Number.isNaN(value) ? undefined : value;
  }
  return notFinite.test(plain) ? NaN : undefined;
}

/** The context of a field, for error messages. */
export interface Place {
  readonly row: number;
  /** The name of its column. */
  readonly column: string;
  readonly delimiter: Delimiter;
  readonly decimal: ',' | '.';
  /** Whether this is the first line of the data and the reader guessed that there is no header. */
  readonly guessedFirst: boolean;
}

/** Returns the error for a field that is not a number, with advice. */
export function noNumber(text: string, { text: value, offset }: Field, place: Place): FormatError {
  const at = `row ${place.row}, column ${place.column}`;
  if (value === '')
    return csvError(
      text,
      offset,
      `${at} is blank (offset ${offset}); fill in missing values first, or leave the column out with \`columns\``,
    );
  const advice = isMissing(value)
    ? 'fill in missing values first, or leave the column out with `columns`'
    : place.delimiter === ',' && /[;\t]/.test(value)
      ? `is the \`delimiter\` another one than ${place.delimiter}?`
      : place.decimal === '.' && /^[+-]?[\d.]*,\d+$/.test(value)
        ? "numbers with a decimal comma are read with `decimal: ','`"
        : place.guessedFirst
          ? 'if this line names the columns, set `header: true`'
          : 'a column of text can be the `label`, or be left out with `columns`';
  return csvError(text, offset, `'${value.slice(0, 40)}' in ${at} (offset ${offset}) is not a number; ${advice}`);
}

/** Returns the error for a number outside the range of float32. */
export function notFloat(text: string, { text: value, offset }: Field, { row, column }: Place): DataError {
  const problem = notFinite.test(value) ? 'is not finite' : 'is more than float32 holds, 3.4e38';
  return new DataError(
    `csv, line ${lineAt(text, offset)}: ${value.slice(0, 40)} at row ${row}, column ${column} ${problem}`,
  );
}
