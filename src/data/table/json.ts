/** Reads a table from JSON: a list of objects, or one object on each line (NDJSON). */
import { DataError, FormatError } from '../../errors.ts';
import { Pace } from '../../runtime/pace.ts';
import { join } from './join.ts';
import { JsonColumns } from './json-columns.ts';
import type { Text } from './decode.ts';
import type { Call } from './options.ts';
import type { Table } from './table.ts';

/**
 * Reads the rows. A list is parsed as a whole; with one object on each line, only one line is in memory at a time.
 * @throws FormatError with the row of a list, counted from 1, or with the line; otherwise as `readTable`
 */
export async function readJson(text: Text, isList: boolean, { settings, tell, packed }: Call): Promise<Table> {
  const columns = new JsonColumns(settings, isList ? 'row' : 'line');
  await (isList ? readList : readLines)(textsOf(text), columns, () => tell(columns.rows));
  if (!columns.rows) throw new DataError('readTable: there are no rows');
  return columns.finish({ format: 'json', ...packed, encoding: text.label ?? 'utf-8' });
}

async function readList(texts: AsyncIterable<string>, columns: JsonColumns, tell: () => void): Promise<void> {
  const parts: string[] = [];
  for await (const text of texts) {
    parts.push(text);
    tell();
  }
  const tooLong = 'readTable: the list of JSON is too long for one string: write one object on each line';
  const text = join(parts, '', () => tooLong);
  const rows = parsed(text, 'readTable') as unknown[];
  for (let i = 0; i < rows.length && !columns.full; i++) columns.add(rows[i], i + 1);
  tell();
}

/** The longest line in characters. */
const longest = 2 ** 26;

async function readLines(texts: AsyncIterable<string>, columns: JsonColumns, tell: () => void): Promise<void> {
  const pace = new Pace();
  let line = 0;
  const add = (text: string) => {
    line++;
    if (text.trim() !== '' && !columns.full) columns.add(parsed(text, `readTable: line ${line}`), line);
  };
  /** The pieces of an incomplete line. */
  let begun: string[] = [];
  let length = 0;
  for await (const text of texts) {
    const [first, ...rest] = text.split('\n');
    begun.push(first);
    length += first.length;
    if (length > longest)
      throw new FormatError(`readTable: line ${line + 1}: the line has more than ${longest} characters`);
    if (rest.length) {
      add(begun.join(''));
      const last = rest.pop()!;
      for (const whole of rest) add(whole);
      begun = [last];
      length = last.length;
    }
    tell();
    if (columns.full) return;
    if (pace.due) await pace.rest();
  }
  add(begun.join(''));
  tell();
}

async function* textsOf({ pieces, bytes = 'utf-8' }: Text): AsyncGenerator<string> {
  const decoder = new TextDecoder(bytes, { fatal: true });
  const decoded = (piece?: Uint8Array) => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined });
    } catch (cause) {
      throw new FormatError("readTable: the JSON is not UTF-8; set `encoding`, such as 'windows-1252'", { cause });
    }
  };
  for (let piece = await pieces.next(); piece; piece = await pieces.next()) yield decoded(piece);
  yield decoded();
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${where}: this is not JSON: ${(cause as Error).message}`, { cause });
  }
}
