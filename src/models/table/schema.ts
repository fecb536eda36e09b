import { cellColumns, type CellColumn } from '../../data/table/cells.ts';
import type { Table, TableColumn } from '../../data/table/table.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import type { CellLayout } from '../../kernels/cells.ts';
import type { Gpu } from '../../runtime/device.ts';
import { checkNumber, shown } from '../../runtime/options.ts';
import { emptyTensor, writeTensor, type Tensor } from '../../runtime/tensor.ts';

/** Where a column lies in what a model takes and gives. */
interface Placed {
  readonly column: CellColumn;
  /** Its first place in the long row of which only a few places are not 0, and its first output. */
  readonly firstIn: number;
  readonly firstOut: number;
  /** Its outputs: 1, or one for each category and one for all others. */
  readonly size: number;
}

/** The columns that a model of tables was made for. */
export class Schema {
  readonly columns: readonly CellColumn[];
  /** See `CellLayout`. */
  readonly places: number;
  readonly outputs: number;
  readonly #placed: readonly Placed[];
  #info: Tensor | undefined;

  constructor(
    private readonly gpu: Gpu,
    columns: readonly CellColumn[],
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

  /** How the columns lie, on the device. */
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

  /** Whether the cells of other columns mean the same as those of these. */
  sameAs(columns: readonly CellColumn[]): boolean {
    return JSON.stringify(columns) === JSON.stringify(this.columns);
  }

  /** @throws ShapeError that names the columns that a table lacks, has on top, or has of another kind */
  check(where: string, table: Table): void {
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

const kinds = ['number', 'category', 'time'];

/** The columns that the `input` of a spec lists. @throws OptionError */
export function readColumns(input: unknown): CellColumn[] {
  const columns = input as readonly TableColumn[];
  const good = (column: Partial<TableColumn> | null | undefined) =>
    typeof column?.name === 'string' &&
    kinds.includes(column.kind as string) &&
    (column.categories === undefined ||
      (Array.isArray(column.categories) && column.categories.every((name: unknown) => typeof name === 'string')));
  if (!Array.isArray(input) || !input.length || !Array.from(columns).every(good))
    throw new OptionError('autoencoder: input is a number, a shape, or the columns of a table: table.columns');
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new OptionError(`autoencoder: input has two columns called ${twice}`);
  return cellColumns('autoencoder', columns);
}

/** Columns as a file has them. @throws OptionError */
export function readWrittenColumns(written: unknown): CellColumn[] {
  const columns = readColumns(written);
  return columns.map((column, i) => {
    const { center, unit } = (written as CellColumn[])[i];
    checkNumber(`column ${column.name}: center`, center, { least: -Number.MAX_VALUE, most: Number.MAX_VALUE });
    if (!(unit > 0) || !Number.isFinite(unit))
      throw new OptionError(`column ${column.name}: unit ${shown(unit)} is not a number above 0`);
    return { ...column, center, unit };
  });
}
