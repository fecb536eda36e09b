/** How a CSV is written: what the options do not say is guessed by the first rows, and told. */
import { FormatError, OptionError } from '../../errors.ts';
import { shown } from '../../runtime/options.ts';
import { namesColumns } from './header.ts';
import { formats, numberOf, type Decimal, type NumberFormat, type Thousands } from './numbers.ts';
import { shownDelimiter } from './rows.ts';
import { sampleRows, type SampleRow } from './sample.ts';

/** The format that a file was read in: what the options gave, and what was guessed. */
export interface Dialect {
  /** The kind of file. */
  readonly format: 'csv' | 'json' | 'parquet';
  /** The compression, if there is one. */
  readonly compression?: 'gzip';
  /** The encoding of a text: `utf-8`, `windows-1252`, `utf-16le` or the one in the options. */
  readonly encoding?: string;
  /** The delimiter between two fields. */
  readonly delimiter?: string;
  /** The decimal separator. */
  readonly decimal?: '.' | ',';
  /** The thousands separator. */
  readonly thousands?: ',' | '.' | ' ' | "'";
  /** Whether the first line names the columns. */
  readonly header?: boolean;
  /** Whether lines end in a delimiter without a field behind it. */
  readonly trailing?: boolean;
  /** The words for a blank, in upper or lower case. */
  readonly missing: readonly string[];
  /** Whether the day or the month comes first, for a column of dates such as 3/4/2026. */
  readonly dateOrder?: 'dmy' | 'mdy';
}

/** What of it can be known before all has been read. */
export interface Guess {
  readonly delimiter: number;
  readonly format: NumberFormat;
  readonly header: boolean;
  readonly first: SampleRow;
  /** Where the rows begin, and in which line. */
  readonly start: number;
  readonly line: number;
}

export interface Asked {
  readonly delimiter?: string;
  readonly decimal?: Decimal;
  readonly thousands?: Thousands;
  readonly header?: boolean;
  readonly missing: ReadonlySet<string>;
  /** Names of columns: where one of them is in the first line, it is a header. */
  readonly names: readonly string[];
  readonly label?: string | number;
}

const delimiters = [',', ';', '\t', '|'];

/** The first bytes of a file, with a newline behind them, at `end`; `final`: they are all of it. */
export interface Beginning {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly final: boolean;
  /** The text of some bytes, which stand in this line. */
  readonly decode: (bytes: Uint8Array, line: number) => string;
}

/** @throws FormatError for what cannot be told, with the option that says it; undefined where more of the file is needed */
export function guess(beginning: Beginning, asked: Asked): Guess | undefined {
  const { start, sign } = startOf(beginning);
  const line = start && sign !== undefined ? 2 : 1;
  const { delimiter, rows } = chooseDelimiter(beginning, start, line, asked.delimiter ?? sign);
  // A long row may fill all there is.
  if (!beginning.final && rows.length < 2) return undefined;
  if (!rows.length)
    return {
      delimiter,
      format: { decimal: '.' },
      header: false,
      first: { texts: [], line, end: start, tailed: false },
      start,
      line,
    };
  const texts = rows.map((row) => row.texts);
  const format = chooseFormat(texts, rows, asked);
  const [first] = rows;
  const header =
    asked.header ?? (first.texts.some((text) => asked.names.includes(text)) || named(texts, first, format, asked));
  if (header) return { delimiter, format, header, first, start: first.end, line: rows[1]?.line ?? first.line + 1 };
  return { delimiter, format, header, first, start, line };
}

function named(texts: string[][], { line }: SampleRow, format: NumberFormat, { missing, label }: Asked): boolean {
  const answer = namesColumns(texts, format, missing, typeof label === 'number' ? label : undefined);
  if (typeof answer === 'boolean') return answer;
  throw new FormatError(
    `readTable: line ${line}: '${texts[0][answer.column].slice(0, 40)}' in column ${answer.column} ${answer.why}; say with \`header\` whether this line names the columns`,
  );
}

/** Behind a line `sep=;`, as Excel reads it. @throws FormatError */
function startOf({ bytes, end }: Beginning): { start: number; sign?: string } {
  const [line = '', sign] =
    /^sep=(.)(?:\r\n?|\n|$)/i.exec(String.fromCharCode(...bytes.subarray(0, Math.min(end, 8)))) ?? [];
  if (sign === undefined) return { start: 0 };
  // One sign beyond ASCII has several bytes.
  if (sign > '~' || sign === '"' || /[\w.+-]/.test(sign))
    throw new FormatError(
      `readTable: line 1: sep=${sign} names a delimiter that is not read; it is one sign of ASCII, such as , ; | and tab`,
    );
  return { start: line.length, sign };
}

/** Whether it is written as a number, in whichever way. */
const isNumeric = (text: string): boolean => /^[+-]?[\d.,'\u00a0\u202f ]+(e[+-]?\d+)?$/i.test(text) && /\d/.test(text);

interface Candidate {
  readonly delimiter: number;
  readonly rows: SampleRow[];
  readonly score: number;
}

/** The delimiter with which all rows have as many fields, and most of them are numbers; else the first one in the first line. @throws FormatError */
function chooseDelimiter(
  { bytes, end, final, decode }: Beginning,
  start: number,
  line: number,
  given?: string,
): Candidate {
  const candidates = (given === undefined ? delimiters : [given]).map(
    (sign): Candidate & { problem?: { text: string; line: number } } => {
      const delimiter = sign.charCodeAt(0);
      const { rows, problem } = sampleRows(bytes, start, end, final, delimiter, line, decode);
      return { delimiter, rows, problem, score: problem ? -1 : scoreOf(rows) };
    },
  );
  const best = candidates.reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score <= 0 && given === undefined) {
    const sign = firstDelimiter(bytes, start, end);
    const found = candidates.find(({ delimiter }) => delimiter === sign) ?? best;
    if (found.problem) throw new FormatError(`readTable: line ${found.problem.line}: ${found.problem.text}`);
    return found;
  }
  if (best.problem)
    throw new FormatError(
      `readTable: line ${best.problem.line}: ${best.problem.text}; the delimiter is '${shownDelimiter(best.delimiter)}'`,
    );
  return best;
}

/** 0 where rows differ in length or have one field; else 1 and the share of numbers. */
function scoreOf(rows: readonly SampleRow[]): number {
  const widths = new Set(rows.map(({ texts, tailed }) => texts.length - (tailed ? 1 : 0)));
  if (widths.size !== 1 || rows[0].texts.length < 2) return 0;
  let [cells, numbers] = [0, 0];
  for (const { texts } of rows)
    for (const text of texts) {
      if (text === '') continue;
      cells++;
      if (isNumeric(text)) numbers++;
    }
  return 1 + numbers / (cells || 1);
}

/** The first delimiter outside of quotes in the first line that has anything; a comma where there is none. */
function firstDelimiter(bytes: Uint8Array, start: number, end: number): number {
  let quoted = false;
  let blank = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x22) quoted = !quoted;
    else if (!quoted && delimiters.includes(String.fromCharCode(byte))) return byte;
    else if (!quoted && !blank && (byte === 0x0a || byte === 0x0d)) break;
    blank &&= byte <= 0x20;
  }
  return 0x2c;
}

/** So much of a column has to be numbers before it says how they are written. */
const most = 0.9;

/** The simplest way to write numbers in which all columns are numbers that are numbers in any. @throws FormatError where several say something else */
function chooseFormat(texts: readonly string[][], rows: readonly SampleRow[], asked: Asked): NumberFormat {
  const possible = formats.filter(
    ({ decimal, thousands }) =>
      (asked.decimal === undefined || decimal === asked.decimal) &&
      (asked.thousands === undefined || thousands === asked.thousands),
  );
  if (!possible.length)
    throw new OptionError(
      `readTable: numbers have different signs for \`decimal\` and \`thousands\`, not ${shown(asked.decimal)} for both`,
    );
  const below = texts.slice(1);
  let left = possible;
  let reason: number | undefined;
  for (let column = 0; column < texts[0].length; column++) {
    const cells = below
      .map((row) => row[column] ?? '')
      .filter((text) => text !== '' && !asked.missing.has(text.toLowerCase()));
    if (!cells.length) continue;
    const fit = possible.filter(
      (format) => cells.filter((text) => numberOf(text, format) !== undefined).length >= most * cells.length,
    );
    // Texts, or numbers that are the same in all of them.
    if (!fit.length || fit.length === possible.length) continue;
    const both = left.filter((format) => fit.includes(format));
    if (!both.length) throw mixed(texts, reason!, column);
    left = both;
    reason = column;
  }
  const [simplest] = left;
  const plainest = left.filter(({ thousands }) => thousands === undefined);
  // With a point, and with commas between thousands, or with a decimal comma.
  const doubtful =
    simplest.decimal === ',' && left.some(({ decimal, thousands }) => decimal === '.' && thousands === ',');
  if (doubtful && plainest.length) throw either(texts, rows, reason!);
  return simplest;
}

function either(texts: readonly string[][], rows: readonly SampleRow[], column: number): FormatError {
  const row = texts.findIndex((row, i) => i > 0 && /\d,\d/.test(row[column] ?? ''));
  const text = texts[row][column];
  return new FormatError(
    `readTable: line ${rows[row].line}, column ${column}: '${text}' is ${text.replace(',', '.')} or ${text.replace(',', '')}; say \`decimal: ','\` or \`thousands: ','\``,
  );
}

function mixed(texts: readonly string[][], one: number, other: number): FormatError {
  const example = (column: number) =>
    `'${texts.slice(1).find((row) => /[.,]/.test(row[column] ?? ''))?.[column] ?? ''}' in column ${column}`;
  return new FormatError(
    `readTable: numbers are written in several ways, as ${example(one)} and ${example(other)}; say with \`decimal\` and \`thousands\` which one is meant, and the other columns are names`,
  );
}
