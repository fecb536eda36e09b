import { DataError, FormatError, OptionError } from '../errors.ts';
import { checkFlag, checkOptions, checkWord, shown } from '../runtime/options.ts';
import type { Source } from './dataset.ts';

/** Options of `readCsv`. */
export interface CsvOptions {
  /** Whether the first line names the columns. Default: it does if something in it is no number. */
  header?: boolean;
  /** Default: whichever of `,`, `;` and tab comes first in the first line. */
  delimiter?: ',' | ';' | '\t';
  /** A column that says what an example is, by name or by number from 0 on: its values may be any text, and become `labels`. */
  label?: string | number;
}

/** A table of numbers, a row for each line. */
export interface CsvData extends Source {
  data: Float32Array;
  shape: [rows: number, columns: number];
  /** Names of the columns in `data`: those in the header, or their numbers. */
  columns: string[];
  /** With the option `label`: the class of each row, a place in `classes`. */
  labels?: Int32Array;
  /** With the option `label`: what the classes are called, in the order in which they come. */
  classes?: string[];
}

interface Field {
  readonly text: string;
  /** In characters from the start of the file. */
  readonly offset: number;
}

/**
 * Reads comma-separated values (RFC 4180), such as spreadsheets write: fields may be quoted, lines end in LF or CR LF, empty ones are skipped.
 * @throws FormatError with the offset in characters, where rows differ in length or a value is no number; DataError with row and column for a
 * NaN or an infinity, or where there is no row; OptionError where there is no such label column
 */
export function readCsv(text: string, options: CsvOptions = {}): CsvData {
  checkOptions('readCsv', options, ['header', 'delimiter', 'label']);
  if (typeof text !== 'string') throw new OptionError('readCsv: takes the text of a file');
  const { header, label } = options;
  const { delimiter = guessDelimiter(text) } = options;
  checkWord('readCsv: the delimiter', delimiter, [',', ';', '\t']);
  if (header !== undefined) checkFlag('readCsv: header', header);
  // Gone through twice: all fields at once would take many times the memory of the file, and a long first line could promise more than follows.
  let first: Field[] | undefined;
  let count = 0;
  for (const line of linesOf(text, delimiter)) {
    first ??= line;
    if (line.length !== first.length)
      throw new FormatError(
        `csv: ${line.length} values at offset ${line[0].offset}, ${first.length} in the first line`,
      );
    count++;
  }
  if (!first) throw new DataError('readCsv: there are no rows');
  const named = header ?? first.some(({ text }, column) => column !== label && !isNumber(text));
  const names = first.map(({ text }, column) => (named ? text : String(column)));
  const rows = named ? count - 1 : count;
  if (!rows) throw new DataError('readCsv: there are no rows below the header');
  const labelled = label === undefined ? -1 : labelColumn(label, names);
  const kept = names.flatMap((_, column) => (column === labelled ? [] : [column]));
  if (!kept.length) throw new DataError('readCsv: there are no columns beside the label');
  const data = new Float32Array(rows * kept.length);
  const labels = new Int32Array(labelled < 0 ? 0 : rows);
  const classes = new Map<string, number>();
  let r = named ? -1 : 0;
  for (const row of linesOf(text, delimiter)) {
    if (r >= 0) {
      kept.forEach((column, c) => (data[r * kept.length + c] = numberOf(row[column], r, names[column])));
      if (labelled >= 0) {
        const { text } = row[labelled];
        if (!classes.has(text)) classes.set(text, classes.size);
        labels[r] = classes.get(text)!;
      }
    }
    r++;
  }
  const table: CsvData = { data, shape: [rows, kept.length], columns: kept.map((column) => names[column]) };
  return labelled < 0 ? table : { ...table, labels, classes: [...classes.keys()] };
}

function guessDelimiter(text: string): ',' | ';' | '\t' {
  // The first one outside of quotes in the first line that has anything.
  let quoted = false;
  let blank = true;
  for (const sign of text) {
    if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === ',' || sign === ';' || sign === '\t')) return sign;
    else if (!quoted && !blank && (sign === '\n' || sign === '\r')) break;
    blank &&= !sign.trim();
  }
  return ',';
}

/** The fields of each line that is not empty. @throws FormatError where a quote is not closed, or text stands before or behind it */
function* linesOf(text: string, delimiter: string): Generator<Field[]> {
  let line: Field[] = [];
  // Spreadsheets put a byte order mark in front.
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    const { field, end } = fieldAt(text, at, delimiter);
    line.push(field);
    at = end;
    if (text[at] === delimiter) {
      at++;
      // A line that ends in a delimiter has one more, empty field.
      if (at < text.length) continue;
      line.push({ text: '', offset: at });
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (line.length > 1 || line[0].text !== '') yield line;
    line = [];
  }
}

function fieldAt(text: string, offset: number, delimiter: string): { field: Field; end: number } {
  const ends = (at: number) => at >= text.length || text[at] === delimiter || text[at] === '\n' || text[at] === '\r';
  if (text[offset] !== '"') {
    let end = offset;
    for (; !ends(end); end++)
      if (text[end] === '"')
        throw new FormatError(`csv: a quote within a field that does not begin with one, at offset ${end}`);
    return { field: { text: text.slice(offset, end).trim(), offset }, end };
  }
  let content = '';
  for (let at = offset + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw new FormatError(`csv: the quote at offset ${offset} is not closed`);
    content += text.slice(at, quote);
    // Two quotes stand for one.
    if (text[quote + 1] !== '"') {
      if (!ends(quote + 1)) throw new FormatError(`csv: text behind a closing quote at offset ${quote + 1}`);
      return { field: { text: content.trim(), offset }, end: quote + 1 };
    }
    content += '"';
    at = quote + 2;
  }
}

const notFinite = /^[+-]?(nan|inf|infinity)$/i;

/** Number() takes hexadecimal numbers and the empty text, too. */
const isNumber = (text: string): boolean =>
  (/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) && !Number.isNaN(Number(text))) || notFinite.test(text);

function numberOf({ text, offset }: Field, row: number, column: string): number {
  if (!isNumber(text))
    throw new FormatError(
      `csv: '${text.slice(0, 40)}' in row ${row}, column ${column} (offset ${offset}) is no number; a column of text can be the \`label\``,
    );
  const value = Math.fround(Number(text));
  if (!Number.isFinite(value))
    throw new DataError(`csv: ${text.slice(0, 40)} at row ${row}, column ${column} is not finite`);
  return value;
}

function labelColumn(label: string | number, names: readonly string[]): number {
  const column = typeof label === 'number' ? label : names.indexOf(label);
  if (!Number.isInteger(column) || column < 0 || column >= names.length)
    throw new OptionError(`readCsv: there is no column ${shown(label)} for the label; there are ${names.join(', ')}`);
  return column;
}
