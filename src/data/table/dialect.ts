/**
 * Determines the format of a CSV: settings that the options leave open are guessed from the first rows, and reported.
 */
import { DataError, FormatError } from '../../errors.ts';
import { chooseFormat } from './choose-format.ts';
import { namesColumns } from './header.ts';
import type { NumberFormat } from './numbers.ts';
import type { Settings } from './options.ts';
import { shownDelimiter } from './rows.ts';
import { sampleRows, type Sample, type SampleRow } from './sample.ts';

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
  /** Whether lines end in a delimiter without a field after it. */
  readonly trailing?: boolean;
  /** The words for a blank, in upper or lower case. */
  readonly missing: readonly string[];
  /** Whether the day or the month comes first, for a column of dates such as 3/4/2026. */
  readonly dateOrder?: 'dmy' | 'mdy';
}

/** The settings that can be determined before the whole file has been read. */
export interface Guess {
  readonly delimiter: number;
  readonly format: NumberFormat;
  readonly header: boolean;
  readonly first: SampleRow;
  /** The offset of the first row; `line` is its line. */
  readonly start: number;
  readonly line: number;
}

const comma = 0x2c;
const delimiters = [',', ';', '\t', '|'];

/** The first bytes of a file, followed by a newline at `end`. If `final`, they are the whole file. */
export interface Beginning {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly final: boolean;
  /** Decodes bytes that are in the given line. */
  readonly decode: (bytes: Uint8Array, line: number) => string;
}

/**
 * Guesses the format, or returns undefined if it needs more of the file.
 * @throws FormatError for an ambiguity, with the option that decides; DataError for a file without rows
 */
export function guess(beginning: Beginning, asked: Settings): Guess | undefined {
  const { start, sign } = startOf(beginning);
  const line = start && sign !== undefined ? 2 : 1;
  const { delimiter, rows } = chooseDelimiter(beginning, start, line, asked.delimiter ?? sign, asked.decimal);
  // One long row may fill the whole sample.
  if (!beginning.final && rows.length < 2) return undefined;
  if (!rows.length) throw new DataError('readTable: there are no rows');
  const texts = rows.map((row) => row.texts);
  const format = chooseFormat(texts, rows, asked);
  const [first] = rows;
  const header =
    asked.header ?? (namesIn(asked).some((name) => first.texts.includes(name)) || named(texts, first, format, asked));
  return { delimiter, format, header, first, ...(header ? { start: first.end, line: first.next } : { start, line }) };
}

/** Returns the names of columns in the options. If the first line has one of them, it is a header. */
const namesIn = ({ kept = [], kinds, label }: Settings): string[] =>
  [...kept, ...kinds.keys(), label].filter((name) => typeof name === 'string' && !/^\d+$/.test(name)) as string[];

function named(texts: string[][], { line }: SampleRow, format: NumberFormat, { blanks, label }: Settings): boolean {
  const answer = namesColumns(texts, format, blanks, typeof label === 'number' ? label : undefined);
  if (typeof answer === 'boolean') return answer;
  throw new FormatError(
    `readTable: line ${line}: '${texts[0][answer.column].slice(0, 40)}' in column ${answer.column} ${answer.why}; set \`header\`: true if this line names the columns`,
  );
}

/** Returns the start of the table, after a line `sep=;` as Excel writes it. @throws FormatError */
function startOf({ bytes, end }: Beginning): { start: number; sign?: string } {
  const [line = '', sign] =
    /^sep=(.)(?:\r\n?|\n|$)/i.exec(String.fromCharCode(...bytes.subarray(0, Math.min(end, 8)))) ?? [];
  if (sign === undefined) return { start: 0 };
  // A delimiter beyond ASCII would have several bytes.
  if (sign > '~' || sign === '"' || /[\w.+-]/.test(sign))
    throw new FormatError(
      `readTable: line 1: sep=${sign} names an unknown delimiter; it can be one ASCII character, such as , ; | or tab`,
    );
  return { start: line.length, sign };
}

/** Returns whether a text is a number in any format. */
const isNumeric = (text: string): boolean => /^[+-]?[\d.,'\u00a0\u202f ]+(e[+-]?\d+)?$/i.test(text) && /\d/.test(text);

interface Candidate extends Sample {
  readonly delimiter: number;
  readonly score: number;
}

/**
 * Chooses the delimiter that gives rows of equal length and the most numbers, or else the first one in the first line.
 * @throws FormatError
 */
function chooseDelimiter(
  { bytes, end, final, decode }: Beginning,
  start: number,
  line: number,
  given?: string,
  decimal?: string,
): Candidate {
  const all = (given === undefined ? delimiters : [given]).map((sign): Candidate => {
    const delimiter = sign.charCodeAt(0);
    const sample = sampleRows(bytes, start, end, final, delimiter, line, decode);
    return { ...sample, delimiter, score: sample.problem ? -1 : scoreOf(sample.rows) };
  });
  // The comma cannot be both, unless quotes keep the decimal ones apart.
  const candidates = all.filter(
    ({ delimiter, rows }) =>
      given !== undefined ||
      decimal !== ',' ||
      delimiter !== comma ||
      rows.some(({ texts }) => texts.some((text) => text.includes(','))),
  );
  const best = candidates.reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score <= 0 && given === undefined) {
    const sign = firstDelimiter(
      bytes,
      start,
      end,
      candidates.map(({ delimiter }) => delimiter),
    );
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

/** Returns 0 if rows differ in length or have one field; otherwise 1 plus the fraction of numbers. */
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

/** Returns the first of some delimiters outside quotes in the first line that is not blank, or a comma. */
function firstDelimiter(bytes: Uint8Array, start: number, end: number, signs: readonly number[]): number {
  let quoted = false;
  let blank = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x22) quoted = !quoted;
    else if (!quoted && signs.includes(byte)) return byte;
    else if (!quoted && !blank && (byte === 0x0a || byte === 0x0d)) break;
    blank &&= byte <= 0x20;
  }
  return comma;
}
