import { DataError, OptionError } from '../../errors.ts';
import { checkGpu, type Gpu } from '../../runtime/device.ts';
import { checkOptions } from '../../runtime/options.ts';
import { dataset } from '../make-dataset.ts';
import { Dataset } from '../dataset.ts';
import { ExampleWeights } from '../weights.ts';
import type { CellColumn } from './cells.ts';
import { Table } from './table.ts';

/** The reference from a data set to its table. */
export interface CellSource {
  readonly table: Table;
  /** The meaning of its cells. */
  readonly columns: readonly CellColumn[];
}

/** Options of `table`. */
export interface TableDatasetOptions {
  /** A number of at least 0 for each row, which multiplies its part of the loss; see `dataset`. Default: 1 for each. */
  weights?: ArrayLike<number>;
  /** The most bytes that the rows may take on the device; see `dataset`. Default: all rows are on the device. */
  deviceBytes?: number;
}

/**
 * Uploads a table to the device, one float32 for each cell. `fit` and the like of a model of tables also take the table
 * itself, and then upload it in each call. Views made by `take`, `filter` and `split` share its memory.
 * @param gpu what `openGpu` returned
 * @param data what `readTable` returned
 * @param options a weight for each row, and how much of the device's memory may be used, in bytes; see `dataset`
 * @returns the rows on the device, with the table's labels if it has any
 * @example
 * ```ts
 * import { openGpu, readTable, table } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const rows = await table(gpu, await readTable('mass,kind\n3.7,a\n,b\n4.2,a\n3.9,b'));
 * const [training, test] = rows.split(0.5, { seed: 1 });
 * console.log(rows.length, training.length, test.length); // 4, 2 and 2
 * ```
 * @throws OptionError, also for a column of more than 10,000 different texts; OutOfMemoryError
 */
export async function table(gpu: Gpu, data: Table, options: TableDatasetOptions = {}): Promise<Dataset> {
  checkGpu('table', gpu);
  checkOptions('table', options, ['weights', 'deviceBytes']);
  if (!(data instanceof Table)) throw new OptionError('table: takes what readTable returns');
  const { cellColumns, modelColumns } = await import('./cells.ts');
  return putCells(gpu, data, cellColumns('table', modelColumns('table', data.columns), data), options);
}

/** Uploads a table as cells with the meaning that the columns give. */
export async function putCells(
  gpu: Gpu,
  data: Table,
  columns: readonly CellColumn[],
  { weights, deviceBytes }: TableDatasetOptions = {},
): Promise<Dataset> {
  const { encodeCells } = await import('./cells.ts');
  const shape = [columns.length];
  const cells = await encodeCells(data, columns);
  const set = await dataset(gpu, cells, { shape, labels: data.labels, weights, deviceBytes });
  const storage = { ...set.storage, cells: { table: data, columns } };
  return new Dataset(gpu, shape, storage, set.labels, set.length);
}

/**
 * Uploads the rows of a data set again, as cells with the meaning that the columns give. It has the weights of the
 * data set, and is streamed if the data set is.
 */
export async function putAgain(rows: Dataset, table: Table, columns: readonly CellColumn[]): Promise<Dataset> {
  const { gpu, indices } = rows;
  const { weights, streamed } = rows.storage;
  // A window has two halves, and a cell four bytes.
  const deviceBytes = streamed && 8 * streamed.half * columns.length;
  const set = await putCells(gpu, table, columns, { deviceBytes });
  // They are not an option of `putCells`, which refuses weights that are all 0, as those of a view may be.
  const own =
    weights &&
    new ExampleWeights(
      gpu,
      Float32Array.from(indices, (i) => weights.values[i]),
    );
  return new Dataset(gpu, set.shape, { ...set.storage, weights: own }, set.labels, set.length);
}

/**
 * Returns the table that a data set was made from, with its rows.
 * @throws DataError for a data set of another origin
 */
export function tableOf(where: string, set: Dataset): Table {
  const { cells } = set.storage;
  if (!cells) throw new DataError(`${where}: the data set was not made of a table: give what table(gpu, …) returns`);
  return set.rows ? cells.table.pick(set.rows) : cells.table;
}
