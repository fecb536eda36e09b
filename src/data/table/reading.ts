import { FormatError, OptionError } from '../../errors.ts';
import { shown } from '../../runtime/options.ts';
import { isUtf16 } from '../csv-lines.ts';
import { jsonIn, kindOfFile, telling, textOf } from './decode.ts';
import { settingsOf, type Call, type Settings, type Sizes, type TableOptions } from './options.ts';
import { readCsvRows } from './read-csv-rows.ts';
import { fromIterable, open, watched, withFront, type Pieces, type TableSource } from './source.ts';
import type { Table } from './table.ts';

/** The sizes for files of any length: the page can respond between two blocks. */
export const usualSizes: Sizes = { sample: 2 ** 16, block: 2 ** 18 };

/** Implements `readTable`, with the sizes of pieces as an argument. This module is loaded on first use. */
export async function readTableIn(
  source: TableSource,
  options: TableOptions,
  sizes: Sizes = usualSizes,
): Promise<Table> {
  const asked = settingsOf(options);
  const { signal, onProgress } = asked;
  signal?.throwIfAborted();
  checkText(source, asked);
  const settings = typeof source === 'string' ? { ...asked, encoding: 'utf-8' } : asked;
  const opened = open(source);
  let bytes = 0;
  const pieces = watched(opened.pieces, signal, (count) => (bytes += count));
  const tell = (rows: number) => {
    signal?.throwIfAborted();
    const loaded = opened.loaded?.() ?? bytes;
    onProgress?.({ loaded, ...(opened.total !== undefined && { total: opened.total }), rows });
  };
  try {
    return await read(pieces, opened.blob, { settings, tell, packed: {}, sizes });
  } finally {
    pieces.close();
  }
}

/** Checks that a text is the content of a table, not an address or a name. @throws OptionError, FormatError */
function checkText(source: unknown, { encoding }: Settings): void {
  if (typeof source !== 'string') return;
  if (encoding !== undefined)
    throw new OptionError('readTable: a text is decoded already: leave out `encoding`, or give the bytes of the file');
  if (
    /^\s*(https?:\/\/\S+|\S+\.(csv|tsv|txt|json|ndjson|parquet)(\.gz)?)\s*$/i.test(source.slice(0, 2000)) &&
    source.length < 2000
  )
    throw new OptionError(
      `readTable: takes what is in a file, not its address ${shown(source)}; fetch it first: readTable(await fetch(…))`,
    );
  if (isUtf16(source))
    throw new FormatError('readTable: this is UTF-16, read as UTF-8 (offset 0); give the bytes of the file');
}

/** Reads a table of any kind, piece by piece. `blob` is the same file, if parts of it can be read separately. */
async function read(pieces: Pieces, blob: Blob | undefined, call: Call): Promise<Table> {
  const [first, front] = await peek(pieces);
  const all = withFront(front, pieces);
  const kind = kindOfFile(first);
  if (kind === 'gzip') {
    if (call.packed.compression)
      throw new FormatError('readTable: the file is gzipped twice (offset 0): unpack it once first');
    const { gunzip } = await import('../gunzip.ts');
    const content = fromIterable(gunzip('readTable', () => all.next()));
    return read(content, undefined, { ...call, packed: { compression: 'gzip' } });
  }
  if (kind === 'parquet') {
    const { readParquet } = await import('./parquet.ts');
    return readParquet(blob, all, call);
  }
  const text = textOf(first, all, call.settings.encoding);
  const json = jsonIn(first, text.label);
  if (json) {
    const { readJson } = await import('./json.ts');
    return readJson(text, json === 'list', call);
  }
  return readCsvRows(text, call);
}

/** Reads enough pieces to detect the kind of a file, and returns them joined and one by one. */
async function peek(pieces: Pieces): Promise<[Uint8Array, Uint8Array[]]> {
  const front: Uint8Array[] = [];
  let length = 0;
  while (length < telling) {
    const piece = await pieces.next();
    if (!piece) break;
    front.push(piece);
    length += piece.length;
  }
  const first = new Uint8Array(Math.min(length, telling));
  let at = 0;
  for (const piece of front) {
    first.set(piece.subarray(0, first.length - at), at);
    at = Math.min(first.length, at + piece.length);
  }
  return [first, front];
}
