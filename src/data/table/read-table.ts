import type { TableOptions } from './options.ts';
import type { TableSource } from './source.ts';
import type { Table } from './table.ts';

/**
 * Reads a table of numbers, texts, dates and blanks, from CSV (also with `;`, tab, decimal commas, UTF-16 or gzip),
 * from rows of JSON, or from Parquet. The file is streamed, and takes little memory beside the table. What the options
 * do not give is guessed, and reported by `table.dialect`.
 * @example
 * ```ts
 * import { readTable } from 'latentgpu';
 *
 * const table = await readTable('name;mass;island\nAda;3,7;Dream\nBob;;Biscoe\nCy;4,2;Dream\n');
 * console.log(table.length, table.columns.map(({ name, kind, missing }) => [name, kind, missing]));
 * console.log(table.row(1)); // { name: 'Bob', mass: null, island: 'Biscoe' }
 * console.log(table.dialect.delimiter, table.dialect.decimal); // ';' and ','
 * ```
 * @param source the text of a file, a `File`, a `Response`, a stream, or bytes
 * @throws FormatError with line and column, where rows differ in length, values of a column differ in kind, or a guess
 * is ambiguous: the message names the option that decides; DataError without rows or for an infinite number;
 * OptionError; OutOfMemoryError
 */
export async function readTable(source: TableSource, options: TableOptions = {}): Promise<Table> {
  const { readTableIn } = await import('./reading.ts');
  return readTableIn(source, options);
}
