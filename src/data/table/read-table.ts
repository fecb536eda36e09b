import type { TableOptions } from './options.ts';
import type { TableSource } from './source.ts';
import type { Table } from './table.ts';

/**
 * Reads a table with whatever is in it: numbers, texts, dates and blanks, as CSV (also as other programs write it: `;`, tab, decimal commas, UTF-16,
 * gzip), as rows of JSON, or as Parquet. The file is streamed: beside the table hardly any memory is needed. What the options do not say is guessed,
 * and told by `table.dialect`.
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
 * @throws FormatError with line and column, where rows differ in length, a column is neither one thing nor another, or what is guessed may be either:
 * the message names the option that says it; DataError where there are no rows, or an infinite number; OptionError; OutOfMemoryError
 */
export async function readTable(source: TableSource, options: TableOptions = {}): Promise<Table> {
  const { readTableIn } = await import('./reading.ts');
  return readTableIn(source, options);
}
