/** Reads a table from Parquet, with hyparquet. */
import { parquetMetadataAsync, parquetRead, parquetSchema, type AsyncBuffer, type SchemaTree } from 'hyparquet';
import { FormatError } from '../../errors.ts';
import { readingOf, type Kind } from './column-data.ts';
import { mostSeconds } from './column.ts';
import { Frame } from './frame.ts';
import type { Call } from './options.ts';
import { compressorsFor } from './parquet-codecs.ts';
import type { Pieces } from './source.ts';
import type { Table } from './table.ts';

/** Conversions of times to seconds. */
const parsers = {
  timestampFromMilliseconds: (value: bigint) => Number(value) / 1e3,
  timestampFromMicroseconds: (value: bigint) => Number(value) / 1e6,
  timestampFromNanoseconds: (value: bigint) => Number(value) / 1e9,
  dateFromDays: (days: number) => days * 86400,
};

/**
 * Reads one row group after the other, and only the requested columns. Without a `blob`, all pieces are read first.
 * @throws FormatError; otherwise as `readTable`
 */
export async function readParquet(
  blob: Blob | undefined,
  pieces: Pieces,
  { settings, tell, packed }: Call,
): Promise<Table> {
  const file = blob ? partsOf(blob) : await wholeOf(pieces, () => tell(0));
  const metadata = await inWords(() => parquetMetadataAsync(file));
  const columns = parquetSchema(metadata).children;
  const names = columns.map(({ element }) => element.name);
  const kinds = columns.map(kindOf);
  const frame = new Frame(names, names.length, readingOf(settings, 'row'), settings, { kinds });
  const kept = names.filter((_, column) => frame.columns[column]);
  const places = new Map(names.map((name, column) => [name, column]));
  const twice = names.find((name, column) => places.get(name) !== column && kept.includes(name));
  if (twice !== undefined)
    throw new FormatError(
      `readTable: the Parquet file has two columns called ${twice}: rename one of them, or leave both out with \`columns\``,
    );
  const nested = columns.find(({ element, children }) => kept.includes(element.name) && children.length);
  if (nested)
    throw new FormatError(
      `readTable: column ${nested.element.name} has several values a row; leave it out with \`columns\``,
    );
  const read = metadata.row_groups
    .flatMap((group) => group.columns)
    .flatMap(({ meta_data }) => (meta_data && kept.includes(meta_data.path_in_schema[0]) ? [meta_data.codec] : []));
  const compressors = await compressorsFor(read);
  let rows = 0;
  for (const group of metadata.row_groups) {
    const count = Math.min(Number(group.num_rows), settings.maxRows - rows);
    if (count <= 0) continue;
    const first = rows;
    let failure: unknown;
    await inWords(() =>
      parquetRead({
        ...{ file, metadata, columns: kept, rowStart: first, rowEnd: first + count, parsers, compressors },
        onChunk: ({ columnName, columnData, rowStart }) => {
          const place = places.get(columnName)!;
          const column = frame.columns[place]!;
          // The unit of the file's own times is known. Other numbers may be times in milliseconds.
          const isDoubtful = settings.kinds.get(columnName) === 'time' && kinds[place] !== 'time';
          const limit = isDoubtful ? mostSeconds : Infinity;
          try {
            for (let i = 0; i < columnData.length; i++) {
              const row = rowStart + i;
              if (row < first || row >= first + count) continue;
              if (row === column.room) column.begin();
              if (!column.putValue(columnData[i], row, row + 1, limit))
                throw new FormatError(
                  `readTable: row ${row + 1}, column ${columnName}: its value is neither a number nor a text; leave the column out with \`columns\``,
                );
            }
          } catch (error) {
            failure ??= error;
          }
        },
      }),
    );
    if (failure !== undefined) throw failure as Error;
    rows += count;
    tell(rows);
  }
  return frame.finish(rows, { format: 'parquet', ...packed });
}

/** Returns the kind of a column, unless it depends on the values. */
function kindOf({ element: { type, logical_type, converted_type } }: SchemaTree): Kind | undefined {
  if (/^(DATE|TIMESTAMP)/.test(logical_type?.type ?? converted_type ?? '') || type === 'INT96') return 'time';
  return /^(INT32|INT64|FLOAT|DOUBLE)$/.test(type ?? '') ? 'number' : undefined;
}

function partsOf(blob: Blob): AsyncBuffer {
  return { byteLength: blob.size, slice: (start, end) => blob.slice(start, end).arrayBuffer() };
}

async function wholeOf(pieces: Pieces, tell: () => void): Promise<ArrayBuffer> {
  const parts: BlobPart[] = [];
  for (let piece = await pieces.next(); piece; piece = await pieces.next()) {
    parts.push(piece as BlobPart);
    tell();
  }
  return new Blob(parts).arrayBuffer();
}

/** Converts errors of hyparquet. @throws FormatError */
async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`readTable: the Parquet file cannot be read: ${(cause as Error).message}`, { cause });
  }
}
