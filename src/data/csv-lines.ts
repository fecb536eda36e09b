/** Splits comma-separated values (RFC 4180) into lines and fields. */
import { FormatError } from '../errors.ts';
import { isPage } from '../platform.ts';

export type Delimiter = ',' | ';' | '\t';

export interface Field {
  readonly text: string;
  /** The position in characters from the start of the file. */
  readonly offset: number;
  readonly quoted: boolean;
}

/** Returns an error with the line number, counted from 1 as in editors. */
export const csvError = (text: string, offset: number, problem: string): FormatError =>
  new FormatError(`csv, line ${lineAt(text, offset)}: ${problem}`);

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at++) if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) line++;
  return line;
}

/** Returns whether a text is UTF-16 that was read as UTF-8: every other byte of Latin letters and digits is zero. */
export const isUtf16 = (text: string): boolean => /^(\ufffd\ufffd)?(([^\0]\0){2}|(\0[^\0]){2})/.test(text);

/**
 * Checks that a text can be a CSV.
 * @throws FormatError for a text that is another kind of file, or was decoded with the wrong encoding
 */
export function checkText(text: string): void {
  if (isPage(text)) throw csvError(text, 0, 'this is an HTML page, not a CSV (offset 0)');
  if (isUtf16(text))
    throw csvError(text, 0, "this is UTF-16, read as UTF-8 (offset 0); decode it with new TextDecoder('utf-16le')");
}

/**
 * Returns the start of the table, and the delimiter if a line above it gives one, as Excel's `sep=;`.
 * @throws FormatError
 */
export function startOf(text: string): { start: number; delimiter?: Delimiter } {
  // Spreadsheets begin a file with a byte order mark.
  const [line, sign] = /^\ufeff?(?:sep=(.)(?:\r\n?|\n|$))?/i.exec(text)!;
  if (sign !== undefined && !',;\t'.includes(sign))
    throw csvError(text, 0, `sep=${sign} names an unknown delimiter; it can be , ; or tab`);
  return { start: line.length, delimiter: sign as Delimiter | undefined };
}

const commaNumber = /^\s*[+-]?(\d+(,\d+)?|,\d+)\s*$/;

/** Returns the first delimiter outside quotes in the first line that is not blank. */
export function guessDelimiter(text: string, start: number, decimal: ',' | '.'): Delimiter {
  const delimiters = decimal === ',' ? ';\t' : ',;\t';
  let found: Delimiter | undefined;
  let quoted = false;
  let blank = true;
  let end = start;
  for (; end < text.length; end++) {
    const sign = text[end];
    if (sign === '"') quoted = !quoted;
    else if (!quoted && delimiters.includes(sign)) found ??= sign as Delimiter;
    else if (!quoted && !blank && (sign === '\n' || sign === '\r')) break;
    blank &&= !found && !sign.trim();
  }
  if (found !== ',') return found ?? (decimal === ',' ? ';' : ',');
  // In 1,5;2,5 the comma is the decimal separator.
  const line = text.slice(start, end);
  const others = ([';', '\t'] as const).filter((sign) => line.includes(sign));
  return others.find((sign) => line.split(sign).every((part) => commaNumber.test(part))) ?? ',';
}

/** Returns whether a line is blank. A line with a quoted empty field is not. */
export const isBlank = (line: readonly Field[]): boolean => line.length === 1 && !line[0].quoted && line[0].text === '';

/**
 * Yields the fields of each line.
 * @throws FormatError for a quote that is not closed, or for text before or after a quoted field
 */
export function* linesOf(text: string, start: number, delimiter: Delimiter): Generator<Field[]> {
  let line: Field[] = [];
  let at = start;
  while (at < text.length) {
    const { field, end } = fieldAt(text, at, delimiter);
    line.push(field);
    at = end;
    if (text[at] === delimiter) {
      at++;
      // A line that ends in a delimiter has another, empty field.
      if (at < text.length) continue;
      line.push({ text: '', offset: at, quoted: false });
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    yield line;
    line = [];
  }
}

function fieldAt(text: string, offset: number, delimiter: Delimiter): { field: Field; end: number } {
  const ends = (at: number) => at >= text.length || text[at] === delimiter || text[at] === '\n' || text[at] === '\r';
  let open = offset;
  while (text[open] === ' ' || (text[open] === '\t' && delimiter !== '\t')) open++;
  if (text[open] !== '"') {
    let end = open;
    for (; !ends(end); end++)
      if (text[end] === '"') throw csvError(text, end, `a quote inside an unquoted field, at offset ${end}`);
    return { field: { text: text.slice(offset, end).trim(), offset, quoted: false }, end };
  }
  let content = '';
  for (let at = open + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw csvError(text, open, `the quote at offset ${open} is not closed`);
    content += text.slice(at, quote);
    // Two quotes are an escaped quote.
    if (text[quote + 1] !== '"') {
      if (!ends(quote + 1)) throw csvError(text, quote + 1, `text after a closing quote at offset ${quote + 1}`);
      return { field: { text: content.trim(), offset, quoted: true }, end: quote + 1 };
    }
    content += '"';
    at = quote + 2;
  }
}
