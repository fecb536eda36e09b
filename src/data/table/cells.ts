/** Tables as cells of float32, for the device. */
import { DataError, OptionError } from '../../errors.ts';
import { blankCell } from '../../runtime/blank.ts';
import { Pace } from '../../runtime/pace.ts';
import type { Table, TableColumn } from './table.ts';

/** What a model of tables knows of a column. */
export interface ModelColumn {
  /** The name. */
  readonly name: string;
  /** The kind of values. */
  readonly kind: 'number' | 'category' | 'time';
  /** The names of a category. Any other name is encoded by the index behind the last. */
  readonly categories?: readonly string[];
}

/** How the values of a column become numbers of float32. */
export interface CellColumn extends ModelColumn {
  /** Of numbers and times: what is taken from a value, and what it is then divided by, both in double precision. */
  readonly center: number;
  readonly unit: number;
}

/** The columns of a table as a model knows them. @throws OptionError that names a column of too many texts */
export function modelColumns(where: string, columns: readonly TableColumn[]): ModelColumn[] {
  return columns.map(({ name, kind, categories }) => {
    if (kind !== 'category') return { name, kind };
    if (categories) return { name, kind, categories: [...categories] };
    throw new OptionError(
      `${where}: column ${name} has more than 10,000 different texts, which no model can learn: leave it out, by the option \`columns\` of readTable or by table.without('${name}')`,
    );
  });
}

/**
 * How columns become cells so that float32 keeps the differences of a table's numbers: by their mean and their deviation, whatever they are.
 * @throws DataError for a column whose values are too far apart for a double
 */
export function cellColumns(where: string, columns: readonly ModelColumn[], table: Table): CellColumn[] {
  return columns.map((column) => {
    if (column.kind === 'category') return { ...column, center: 0, unit: 1 };
    const { mean, deviation } = table.moments(column.name);
    // A column that is all blank has no mean.
    if (Number.isNaN(mean)) return { ...column, center: 0, unit: 1 };
    if (!Number.isFinite(mean) || !Number.isFinite(deviation))
      throw new DataError(
        `${where}: the values of column ${column.name} are too far apart to be standardised; if one of them marks a blank, name it in the option \`missing\` of readTable`,
      );
    return { ...column, center: mean, unit: deviation || 1 };
  });
}

/** Rows looked at between two looks at the clock. */
const stretch = 2 ** 12;

/**
 * All cells of a table, row by row, as the columns say; `blankCell` for a blank. The columns are those of the table, by their names.
 * @throws OptionError where the table has no such column
 */
export async function encodeCells(table: Table, columns: readonly CellColumn[]): Promise<Float32Array> {
  const { length } = table;
  const width = columns.length;
  const cells = new Float32Array(length * width);
  const pace = new Pace();
  for (const [c, column] of columns.entries()) {
    const values = table.values(column.name);
    const encode = column.categories ? categoryEncoder(table, column) : numberEncoder(column);
    for (let first = 0; first < length; first += stretch) {
      encode(values, first, Math.min(length, first + stretch), cells, width, c);
      if (pace.due) await pace.rest();
    }
  }
  return cells;
}

type Encoder = (
  values: ArrayLike<number>,
  first: number,
  end: number,
  cells: Float32Array,
  width: number,
  c: number,
) => void;

function numberEncoder({ center, unit }: CellColumn): Encoder {
  return (values, first, end, cells, width, c) => {
    for (let i = first; i < end; i++) {
      const value = values[i];
      cells[i * width + c] = value === value ? (value - center) / unit : blankCell;
    }
  };
}

function categoryEncoder(table: Table, { name, categories = [] }: CellColumn): Encoder {
  const places = new Map(categories.map((text, place) => [text, place]));
  const own = table.columns.find((column) => column.name === name)!.categories!;
  const placeOf = own.map((text) => places.get(text) ?? categories.length);
  return (values, first, end, cells, width, c) => {
    for (let i = first; i < end; i++) cells[i * width + c] = values[i] < 0 ? blankCell : placeOf[values[i]];
  };
}
