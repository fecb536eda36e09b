/** Chooses how numbers are written in a CSV, from the fields of its first rows. */
import { FormatError, OptionError } from '../../errors.ts';
import { shown } from '../../runtime/options.ts';
import { formats, numberOf, type NumberFormat } from './numbers.ts';
import type { Settings } from './options.ts';
import type { SampleRow } from './sample.ts';

/** The fraction of numbers above which a column helps to determine their format. */
const most = 0.9;

/**
 * Chooses the simplest number format that reads every column which some format reads.
 * @throws FormatError for an ambiguity
 */
export function chooseFormat(texts: readonly string[][], rows: readonly SampleRow[], asked: Settings): NumberFormat {
  const possible = formats.filter(
    ({ decimal, thousands }) =>
      (asked.decimal === undefined || decimal === asked.decimal) &&
      (asked.thousands === undefined || thousands === asked.thousands),
  );
  if (!possible.length)
    throw new OptionError(`readTable: \`decimal\` and \`thousands\` must differ, not be ${shown(asked.decimal)} both`);
  const below = texts.slice(1);
  let left = possible;
  let reason: number | undefined;
  for (let column = 0; column < texts[0].length; column++) {
    const cells = below
      .map((row) => row[column] ?? '')
      .filter((text) => text !== '' && !asked.blanks.has(text.toLowerCase()));
    if (!cells.length) continue;
    const fit = possible.filter(
      (format) => cells.filter((text) => numberOf(text, format) !== undefined).length >= most * cells.length,
    );
    // A column of texts, or of numbers that all formats read alike.
    if (!fit.length || fit.length === possible.length) continue;
    const both = left.filter((format) => fit.includes(format));
    if (!both.length) throw mixed(texts, reason!, column);
    left = both;
    reason = column;
  }
  const [simplest] = left;
  const plainest = left.filter(({ thousands }) => thousands === undefined);
  // Commas may separate thousands, or be decimal.
  const doubtful =
    simplest.decimal === ',' && left.some(({ decimal, thousands }) => decimal === '.' && thousands === ',');
  if (doubtful && plainest.length) throw either(texts, rows, reason!);
  return simplest;
}

function either(texts: readonly string[][], rows: readonly SampleRow[], column: number): FormatError {
  const row = texts.findIndex((row, i) => i > 0 && /\d,\d/.test(row[column] ?? ''));
  const text = texts[row][column];
  return new FormatError(
    `readTable: line ${rows[row].line}, column ${column}: '${text}' is ${text.replace(',', '.')} or ${text.replace(',', '')}; set \`decimal: ','\` or \`thousands: ','\``,
  );
}

function mixed(texts: readonly string[][], one: number, other: number): FormatError {
  const example = (column: number) =>
    `'${texts.slice(1).find((row) => /[.,]/.test(row[column] ?? ''))?.[column] ?? ''}' in column ${column}`;
  return new FormatError(
    `readTable: numbers are written in several ways, as ${example(one)} and ${example(other)}; set \`decimal\` and \`thousands\` to one way, and the other columns become names`,
  );
}
