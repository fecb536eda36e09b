import { cellColumns, modelColumns, type CellColumn, type ModelColumn } from '../../data/table/cells.ts';
import type { Table, TableColumn } from '../../data/table/table.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import type { CellLayout } from '../../kernels/cells.ts';
import type { Gpu } from '../../runtime/device.ts';
import { shown } from '../../runtime/options.ts';
import { emptyTensor, writeTensor, type Tensor } from '../../runtime/tensor.ts';

/** The position of a column in the inputs and outputs of a model. */
interface Placed {
  readonly column: ModelColumn;
  /** The index of the first input that the column has in the long, mostly zero row. */
  readonly firstIn: number;
  readonly firstOut: number;
  /** The number of its outputs: 1, or one for each category and one for all others. */
  readonly size: number;
}

/** The columns that a model of tables was made for. */
export class Schema {
  readonly columns: readonly ModelColumn[];
  /** The number of places; see `CellLayout`. */
  readonly places: number;
  readonly outputs: number;
  readonly #placed: readonly Placed[];
  #info: Tensor | undefined;
  #cells: readonly CellColumn[] | undefined;

  constructor(
    private readonly gpu: Gpu,
    columns: readonly ModelColumn[],
  ) {
    this.columns = columns;
    let [firstIn, firstOut] = [0, 0];
    this.#placed = columns.map((column) => {
      const size = column.categories ? column.categories.length + 1 : 1;
      const placed = { column, firstIn, firstOut, size };
      firstIn += size + 1;
      firstOut += size;
      return placed;
    });
    this.places = firstIn;
    this.outputs = firstOut;
  }

  /** The layout of the columns on the device. */
  get layout(): CellLayout {
    if (!this.#info || this.#info.gone) {
      this.#info = emptyTensor(this.gpu, [this.columns.length, 4], 'u32', 'columns');
      const words = this.#placed.map(({ column, firstIn, firstOut, size }) => [
        Number(column.kind === 'category'),
        firstIn,
        firstOut,
        size,
      ]);
      writeTensor(this.gpu, this.#info, Uint32Array.from(words.flat()));
    }
    return { info: this.#info, places: this.places, outputs: this.outputs };
  }

  /** The conversion of columns to cells, as in the table that the model was first trained on; undefined before. */
  get cells(): readonly CellColumn[] | undefined {
    return this.#cells;
  }

  /** Sets the conversion of columns to cells; undefined makes it open again. */
  settle(cells: readonly CellColumn[] | undefined): void {
    this.#cells = cells;
  }

  /** Checks a table and returns how its columns become cells for this model. @throws ShapeError, OptionError, DataError */
  cellsOf(where: string, table: Table): readonly CellColumn[] {
    this.check(where, table);
    return this.#cells ?? cellColumns(where, this.columns, table);
  }

  /** Returns whether cells on the device have the meaning that this model expects. An untrained model accepts any. */
  takes(cells: readonly CellColumn[]): boolean {
    if (this.#cells) return JSON.stringify(cells) === JSON.stringify(this.#cells);
    const known = cells.map(({ center: _, unit: __, ...column }) => column);
    return JSON.stringify(known) === JSON.stringify(this.columns);
  }

  /**
   * Checks the columns of a table.
   * @throws ShapeError that names those that are missing, unknown, or of another kind; OptionError for a column of too
   * many different texts
   */
  check(where: string, table: Table): void {
    modelColumns(where, table.columns);
    const has = new Map(table.columns.map((column) => [column.name, column]));
    const names = (list: readonly string[]) => list.slice(0, 20).join(', ') + (list.length > 20 ? ', …' : '');
    const missing = this.columns.filter(({ name }) => !has.has(name)).map(({ name }) => name);
    if (missing.length)
      throw new ShapeError(`${where}: the table has no column ${names(missing)}, which the model was made for`);
    for (const { name, kind } of this.columns) {
      const other = has.get(name)!.kind;
      if (other !== kind)
        throw new ShapeError(
          `${where}: column ${name} is of the kind '${other}', the model was made for '${kind}': give readTable { columns: { '${name}': '${kind}' } }`,
        );
    }
    const known = new Set(this.columns.map(({ name }) => name));
    const more = table.columns.filter(({ name }) => !known.has(name)).map(({ name }) => name);
    if (more.length)
      throw new ShapeError(
        `${where}: the model was not made for column ${names(more)} of the table: leave it out by table.without(…)`,
      );
  }

  dispose(): void {
    this.#info?.dispose();
  }
}

const kinds: readonly string[] = ['number', 'category', 'time'];

/** Reads the columns in the `input` of a spec. @throws OptionError */
export function readColumns(input: unknown): ModelColumn[] {
  const columns = input as readonly TableColumn[];
  const good = (column: Partial<TableColumn> | null | undefined) =>
    typeof column?.name === 'string' &&
    kinds.includes(column.kind as string) &&
    (column.categories === undefined ||
      (Array.isArray(column.categories) && column.categories.every((name: unknown) => typeof name === 'string')));
  if (!Array.isArray(input) || !input.length || !Array.from(columns).every(good))
    throw new OptionError('autoencoder: input must be a number, a shape, or the columns of a table: table.columns');
  const names = columns.map(({ name }) => name);
  if (names.includes('')) throw new OptionError(`autoencoder: input: column ${names.indexOf('')} has no name`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new OptionError(`autoencoder: input has two columns called ${twice}`);
  return modelColumns('autoencoder', columns);
}

/** Reads the conversion of columns to cells from a file. @throws OptionError */
export function readCells(columns: readonly ModelColumn[], written: unknown): CellColumn[] {
  if (!Array.isArray(written) || written.length !== columns.length)
    throw new OptionError(`the units of the ${columns.length} columns must be a list`);
  return columns.map((column, i) => {
    const { center, unit } = (written[i] ?? {}) as Partial<CellColumn>;
    if (!Number.isFinite(center) || !Number.isFinite(unit) || !(unit! > 0))
      throw new OptionError(
        `column ${column.name} has the center ${shown(center)} and the unit ${shown(unit)}, which must be numbers, the unit above 0`,
      );
    return { ...column, center: center!, unit: unit! };
  });
}
