/** The lines and fields of comma-separated values (RFC 4180), and how they are set apart. */
import { FormatError } from '../errors.ts';
import { isPage } from '../platform.ts';

export type Delimiter = ',' | ';' | '\t';

export interface Field {
  readonly text: string;
  /** In characters from the start of the file. */
  readonly offset: number;
  readonly quoted: boolean;
}

/** An error that names the line as editors count them, from 1 on. */
export const csvError = (text: string, offset: number, problem: string): FormatError =>
  new FormatError(`csv, line ${lineAt(text, offset)}: ${problem}`);

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at++) if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) line++;
  return line;
}

/** @throws FormatError for a text that is another kind of file, or was read in another encoding than its own */
export function checkText(text: string): void {
  if (isPage(text)) throw csvError(text, 0, 'this is an HTML page, not a CSV (offset 0)');
  // Every other byte of Latin letters and digits is zero in UTF-16.
  if (/^(\ufffd\ufffd)?(([^\0]\0){2}|(\0[^\0]){2})/.test(text))
    throw csvError(text, 0, "this is UTF-16, read as UTF-8 (offset 0); decode it with new TextDecoder('utf-16le')");
}

/** Where the table begins, and the delimiter, if a line above it says which: `sep=;`, as Excel reads it. @throws FormatError */
export function startOf(text: string): { start: number; delimiter?: Delimiter } {
  // Spreadsheets put a byte order mark in front.
  const [line, sign] = /^\ufeff?(?:sep=(.)(?:\r\n?|\n|$))?/i.exec(text)!;
  if (sign !== undefined && !',;\t'.includes(sign))
    throw csvError(text, 0, `sep=${sign} names a delimiter that is not read; those that are: , ; and tab`);
  return { start: line.length, delimiter: sign as Delimiter | undefined };
}

const commaNumber = /^\s*[+-]?(\d+(,\d+)?|,\d+)\s*$/;

/** The first delimiter outside of quotes in the first line that has anything. */
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
  // In 1,5;2,5 the comma belongs to the numbers.
  const line = text.slice(start, end);
  const others = ([';', '\t'] as const).filter((sign) => line.includes(sign));
  return others.find((sign) => line.split(sign).every((part) => commaNumber.test(part))) ?? ',';
}

/** A line with nothing in it; a quoted field is something, were it empty. */
export const isBlank = (line: readonly Field[]): boolean => line.length === 1 && !line[0].quoted && line[0].text === '';

/** The fields of each line. @throws FormatError where a quote is not closed, or text stands before or behind it */
export function* linesOf(text: string, start: number, delimiter: Delimiter): Generator<Field[]> {
  let line: Field[] = [];
  let at = start;
  while (at < text.length) {
    const { field, end } = fieldAt(text, at, delimiter);
    line.push(field);
    at = end;
    if (text[at] === delimiter) {
      at++;
      // A line that ends in a delimiter has one more, empty field.
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
      if (text[end] === '"')
        throw csvError(text, end, `a quote within a field that does not begin with one, at offset ${end}`);
    return { field: { text: text.slice(offset, end).trim(), offset, quoted: false }, end };
  }
  let content = '';
  for (let at = open + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw csvError(text, open, `the quote at offset ${open} is not closed`);
    content += text.slice(at, quote);
    // Two quotes stand for one.
    if (text[quote + 1] !== '"') {
      if (!ends(quote + 1)) throw csvError(text, quote + 1, `text behind a closing quote at offset ${quote + 1}`);
      return { field: { text: content.trim(), offset, quoted: true }, end: quote + 1 };
    }
    content += '"';
    at = quote + 2;
  }
}
