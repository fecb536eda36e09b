/** Encodes tables as float32 cells for the device. */
import { DataError, OptionError } from '../../errors.ts';
import { blankCell } from '../../runtime/blank.ts';
import { Pace } from '../../runtime/pace.ts';
import type { Table, TableColumn } from './table.ts';

/** The description of a column in a model of tables. */
export interface ModelColumn {
  /** The name. */
  readonly name: string;
  /** The kind of values. */
  readonly kind: 'number' | 'category' | 'time';
  /** The names of a category. Any other name is encoded as the index after the last. */
  readonly categories?: readonly string[];
}

/** The encoding of a column's values as float32. */
export interface CellColumn extends ModelColumn {
  /**
   * For numbers and times, the value to subtract; `unit` is the divisor that follows. Both are applied in double
   * precision.
   */
  readonly center: number;
  readonly unit: number;
}

/**
 * Returns the columns of a table as a model describes them.
 * @throws OptionError for a column of too many different texts
 */
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
 * Returns the encodings of columns. Numbers are scaled by their mean and deviation, so that float32 keeps their
 * differences.
 * @throws DataError for a column whose values differ by more than a double holds
 */
export function cellColumns(where: string, columns: readonly ModelColumn[], table: Table): CellColumn[] {
  return columns.map((column) => {
    if (column.kind === 'category') return { ...column, center: 0, unit: 1 };
    const { mean, deviation } = table.moments(column.name);
    // A column of only blanks has no mean.
    if (Number.isNaN(mean)) return { ...column, center: 0, unit: 1 };
    if (!Number.isFinite(mean) || !Number.isFinite(deviation))
      throw new DataError(
        `${where}: the values of column ${column.name} are too far apart to be standardised; if one of them marks a blank, name it in the option \`missing\` of readTable`,
      );
    return { ...column, center: mean, unit: deviation || 1 };
  });
}

/** The number of rows encoded before the clock is checked. */
const stretch = 2 ** 12;

/**
 * Encodes all cells of a table, row by row, with `blankCell` for a blank. Columns of the table are found by name.
 * @throws OptionError for a column that the table lacks
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
  const indices = new Map(categories.map((text, place) => [text, place]));
  const own = table.columns.find((column) => column.name === name)!.categories!;
  const placeOf = own.map((text) => indices.get(text) ?? categories.length);
  return (values, first, end, cells, width, c) => {
    for (let i = first; i < end; i++) cells[i * width + c] = values[i] < 0 ? blankCell : placeOf[values[i]];
  };
}
