/** Random tables, and the ways in which programs write them. */
import type { Draw } from './random.ts';

export type Cell = number | string | null;

export interface RandomTable {
  readonly names: string[];
  readonly kinds: ('number' | 'category' | 'time')[];
  /** Times are seconds. */
  readonly rows: Cell[][];
}

const words = [
  'Ada',
  'Bo b',
  'größe',
  '日本',
  'a "b" c',
  'x;y',
  'x,y',
  'x|y',
  'tab\there',
  'two\nlines',
  "O'Neill",
  '…',
  'z1',
  '#',
];
/** What Latin-1 has. */
const plainWords = words.filter((word) => !/[^\0-\xff]/.test(word));

/** At least one value in each column. */
export function randomTable(draw: Draw, latin: boolean): RandomTable {
  const width = draw.whole(1, 6);
  const length = draw.whole(1, 40);
  const names = Array.from({ length: width }, (_, i) => `${draw.pick(latin ? plainWords : words)} ${i}`);
  const kinds = names.map(() => draw.pick(['number', 'category', 'time'] as const));
  const rows = Array.from({ length }, (_, row) =>
    kinds.map((kind): Cell => {
      if (row && draw.whole(0, 5) === 0) return null;
      if (kind === 'category') return draw.pick(latin ? plainWords : words);
      if (kind === 'time') return draw.whole(-1e9, 2e9) + (draw.whole(0, 1) ? 0 : draw.whole(0, 999) / 1000);
      return draw.pick([
        draw.whole(-100, 100),
        draw.whole(0, 1e9) / 1000,
        draw.floats(1, -1e3, 1e3)[0],
        1e21 * draw.whole(1, 9),
        draw.whole(1, 9) * 1e-7,
      ]);
    }),
  );
  return { names, kinds, rows };
}

export interface Writer {
  readonly delimiter: string;
  readonly decimal: '.' | ',';
  readonly newline: string;
  readonly quotes: 'where needed' | 'always' | 'with spaces';
  readonly blank: string;
  readonly sep: boolean;
  readonly trailing: 'none' | 'all' | 'header';
  readonly lastNewline: boolean;
  readonly mark: boolean;
}

export function randomWriter(draw: Draw): Writer {
  const delimiter = draw.pick([',', ';', '\t', '|']);
  return {
    delimiter,
    decimal: draw.pick(['.', ','] as const),
    newline: draw.pick(['\n', '\r\n', '\r']),
    quotes: draw.pick(['where needed', 'always', 'with spaces'] as const),
    blank: draw.pick(['', 'NA', 'null', '?']),
    sep: draw.whole(0, 4) === 0,
    trailing: draw.pick(['none', 'none', 'all', 'header'] as const),
    lastNewline: draw.whole(0, 1) === 0,
    mark: draw.whole(0, 1) === 0,
  };
}

/** The table as that program writes it. */
export function written({ names, kinds, rows }: RandomTable, writer: Writer): string {
  const { delimiter, decimal, quotes, newline } = writer;
  const field = (text: string): string => {
    const needed = /["\r\n]/.test(text) || text.includes(delimiter);
    if (quotes === 'where needed' && !needed) return text;
    const quoted = `"${text.replaceAll('"', '""')}"`;
    return quotes === 'with spaces' ? ` ${quoted} ` : quoted;
  };
  const cell = (value: Cell, column: number): string => {
    if (value === null) return writer.blank;
    if (kinds[column] === 'time') return new Date(Math.round(Number(value) * 1000)).toISOString();
    return typeof value === 'number' && decimal === ',' ? `${value}`.replace('.', ',') : `${value}`;
  };
  // A line with nothing in it would be none.
  const alone = names.length === 1;
  const line = (texts: string[], end: boolean): string => {
    const joined = texts.map(field).join(delimiter);
    return `${alone && joined === '' ? '""' : joined}${end ? delimiter : ''}`;
  };
  const lines = [
    line(names, writer.trailing !== 'none'),
    ...rows.map((row) => line(row.map(cell), writer.trailing === 'all')),
  ];
  const above = writer.sep ? `sep=${delimiter}${newline}` : '';
  return `${writer.mark ? '\ufeff' : ''}${above}${lines.join(newline)}${writer.lastNewline ? newline : ''}`;
}

/** Bytes in pieces of random lengths. */
export async function* inPieces(bytes: Uint8Array, draw: Draw, most: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const length = draw.whole(1, most);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
