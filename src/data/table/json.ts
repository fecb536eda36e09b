/** Rows of JSON as a table: a list of objects, or one object a line (NDJSON). */
import { DataError, FormatError } from '../../errors.ts';
import type { Text } from './decode.ts';
import type { Dialect } from './dialect.ts';
import { Encoding } from './encoding.ts';
import { Frame } from './frame.ts';
import type { Settings } from './options.ts';
import type { Pieces } from './source.ts';
import type { Table } from './table.ts';

type JsonRow = Record<string, unknown>;

/** All of it is in memory at once, as JSON is parsed as a whole. @throws FormatError with the row, counted from 1, and the column; as `readTable` */
export async function readJson(
  { pieces, label }: Text,
  settings: Settings,
  tell: (rows: number) => void,
  compression: Pick<Dialect, 'compression'>,
): Promise<Table> {
  const rows = rowsOf(await textOf(pieces, () => tell(0))).slice(0, settings.maxRows);
  if (!rows.length) throw new DataError('readTable: there are no rows');
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  const list = [...names];
  const reading = {
    format: { decimal: '.' as const },
    delimiter: 0x2c,
    missing: new Set(settings.missing.map((word) => word.toLowerCase())),
    encoding: new Encoding('utf-8'),
    dateOrder: settings.dateOrder,
    unit: 'row' as const,
  };
  const frame = new Frame(list, list.length, reading, settings);
  const encoder = new TextEncoder();
  list.forEach((name, c) => {
    const column = frame.columns[c];
    if (column)
      rows.forEach((row, i) => {
        const bytes = encoder.encode(textIn(Object.hasOwn(row, name) ? row[name] : null, i, name));
        if (i === column.room) column.begin();
        column.put(bytes, 0, bytes.length, i, i + 1);
      });
  });
  tell(rows.length);
  return frame.finish(rows.length, { format: 'json', ...compression, encoding: label ?? 'utf-8' });
}

/** A value as a CSV would have it. @throws FormatError */
function textIn(value: unknown, row: number, column: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object')
    throw new FormatError(
      `readTable: row ${row + 1}, column ${column}: there is ${Array.isArray(value) ? 'a list' : 'an object'} in it; take what is wanted out of it first, or leave the column out with \`columns\``,
    );
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

async function textOf(pieces: Pieces, tell: () => void): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  try {
    for (let piece = await pieces.next(); piece; piece = await pieces.next()) {
      parts.push(decoder.decode(piece, { stream: true }));
      tell();
    }
    parts.push(decoder.decode());
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new FormatError('readTable: the JSON is not UTF-8', { cause });
  }
  return parts.join('');
}

/** @throws FormatError */
function rowsOf(text: string): JsonRow[] {
  const first = text.trimStart();
  const rows: unknown[] = first.startsWith('[') ? (parsed(text, 'readTable') as unknown[]) : linesOf(text);
  rows.forEach((row, i) => {
    if (Object.prototype.toString.call(row) !== '[object Object]')
      throw new FormatError(
        `readTable: row ${i + 1} of the JSON is not an object: takes a list of objects, or one object a line`,
      );
  });
  return rows as JsonRow[];
}

const linesOf = (text: string): unknown[] =>
  text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parsed(line, `readTable: line ${i + 1}`)]));

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${where}: this is not JSON: ${(cause as Error).message}`, { cause });
  }
}
