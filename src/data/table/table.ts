import { DataError, OptionError } from '../../errors.ts';
import { checkFunction, checkNumber, shown } from '../../runtime/options.ts';
import { splitRows } from '../split.ts';
import type { ColumnData } from './column-data.ts';
import { isoOf } from './dates.ts';
import type { Dialect } from './dialect.ts';
import { writeCsv } from './write-csv.ts';

/** The description of a table's column. */
export interface TableColumn {
  /**
   * The name in the file. A column without one is named by its number, counted from 0; of several with the same name,
   * the second is `name (2)`.
   */
  readonly name: string;
  /** The kind: `number`; `category`, one of several names; or `time`, seconds since 1970-01-01 in UTC. */
  readonly kind: 'number' | 'category' | 'time';
  /**
   * The names of a category, sorted, numbers by their value, so that they do not depend on the order of rows; undefined
   * where there are more than 10,000.
   */
  readonly categories?: readonly string[];
  /** The number of rows with a blank in this column. */
  readonly missing: number;
  /** The smallest number or time, if there is one. */
  readonly min?: number;
  /** The largest number or time, if there is one. */
  readonly max?: number;
  /** A warning about values of little use to a model, or about a guess that may be wrong. */
  readonly note?: string;
}

/** A row of a table: numbers, names, times in seconds since 1970-01-01 (UTC), and `null` for a blank. */
export type TableRow = Record<string, number | string | null>;

/** The label's column, which is not among the others. */
export interface LabelData {
  readonly name: string;
  readonly values: Int32Array;
  readonly classes: string[];
}

/** The data that a table and its views share. */
export interface Storage {
  readonly columns: readonly ColumnData[];
  readonly label?: LabelData;
  readonly length: number;
  readonly dialect: Dialect;
}

/** A table as plain data. */
export interface WiredTable extends Omit<Storage, 'columns'> {
  readonly columns: readonly (Omit<ColumnData, 'values' | 'textOf' | 'lines'> & { values: ArrayLike<number> })[];
}

/** Columns of numbers, categories and times, with blanks. Views (`take`, `filter`, `split`) share its memory. */
export class Table {
  /** The columns in the order of the file or of the option `columns`, without the label. */
  readonly columns: readonly TableColumn[];
  /** The number of rows. */
  readonly length: number;
  /** The names of the classes that `labels` are indices of. */
  readonly classes?: string[];
  #labels: Int32Array | undefined;

  /** @internal */
  readonly storage: Storage;
  /** The rows of a view, as indices into the storage. @internal */
  readonly rows: Uint32Array | undefined;

  /** @internal */
  constructor(storage: Storage, rows?: Uint32Array) {
    this.storage = storage;
    this.rows = rows;
    this.length = rows?.length ?? storage.length;
    this.columns = storage.columns.map((column) => this.#described(column));
    this.classes = storage.label?.classes;
  }

  /** The format of the file, guesses included. */
  get dialect(): Dialect {
    return this.storage.dialect;
  }

  /** With the option `label`: the class of each row, an index into `classes`, and -1 for a blank. */
  get labels(): Int32Array | undefined {
    const { label } = this.storage;
    if (!label) return undefined;
    return (this.#labels ??= this.rows ? Int32Array.from(this.rows, (row) => label.values[row]) : label.values);
  }

  /**
   * Returns a copy of the values of a column, by name or by its index in `columns`: numbers and seconds, with NaN for a
   * blank; for a category indices into `categories`, with -1 for a blank. It is of float32 where that is exact.
   * @throws OptionError where there is no such column
   */
  values(column: string | number): Float32Array | Float64Array | Int16Array | Int32Array {
    return this.storage.columns[this.#placeOf('values', column)].values.joined(this.rows);
  }

  /** Returns a view of the first `count` rows. @throws OptionError */
  take(count: number): Table {
    checkNumber('take', count, { least: 1, most: this.length, whole: true });
    return this.pick(Uint32Array.from({ length: count }, (_, i) => i));
  }

  /** Returns a view of the rows for which `keep` returns true. @throws DataError if there are none */
  filter(keep: (row: TableRow, index: number) => boolean): Table {
    checkFunction('filter: keep', keep);
    const kept = new Uint32Array(this.length);
    let count = 0;
    for (let i = 0; i < this.length; i++) if (keep(this.row(i), i)) kept[count++] = i;
    if (!count) throw new DataError('filter: no row is left');
    return this.pick(kept.subarray(0, count));
  }

  /**
   * Returns two views: `fraction` of the rows, drawn at random, and the rest.
   * @throws OptionError; DataError if one would be empty
   */
  split(fraction: number, options: { seed?: number } = {}): [Table, Table] {
    const parts = splitRows(this.length, fraction, options);
    return parts.map((rows) => this.pick(Uint32Array.from(rows))) as [Table, Table];
  }

  /**
   * Returns the same rows without some columns.
   * @throws OptionError where there is no such column, or none would be left
   */
  without(...names: string[]): Table {
    const left = names.map((name) => this.#placeOf('without', name));
    const columns = this.storage.columns.filter((_, place) => !left.includes(place));
    if (!columns.length) throw new OptionError('without: no column would be left');
    return new Table({ ...this.storage, columns }, this.rows);
  }

  /** Mean and standard deviation of a column's numbers or times, without blanks; NaN without values. @internal */
  moments(column: string): { mean: number; deviation: number } {
    const { values } = this.storage.columns[this.#placeOf('moments', column)];
    const { blanks, sum, min, max } = values.range(false, this.rows);
    // The mean of equal values has a rounding error, which would be their deviation.
    if (min === max) return { mean: min, deviation: 0 };
    const count = this.length - blanks;
    const mean = sum / count;
    return { mean, deviation: Math.sqrt(values.squares(mean, this.rows) / count) };
  }

  /** A view of some rows, by index in this table. @internal */
  pick(places: Uint32Array): Table {
    const rows = places.map((place) => this.#at(place));
    return new Table(this.storage, rows);
  }

  /** Returns a row, its label included. @throws OptionError where there is no such row */
  row(index: number): TableRow {
    checkNumber('row', index, { least: 0, most: this.length - 1, whole: true });
    const at = this.#at(index);
    const { columns, label } = this.storage;
    const cells = columns.map((column) => [column.name, cellOf(column, at)] as const);
    // From entries, because a name may be __proto__.
    return Object.fromEntries(label ? [...cells, [label.name, label.classes[label.values[at]] ?? null]] : cells);
  }

  /**
   * Returns the table as comma-separated values (RFC 4180) with a header: times in ISO 8601, nothing for a blank, the
   * label in the last column. `readTable` can read it.
   * @throws OutOfMemoryError where the text is longer than the engine allows: write it in parts then
   */
  toCsv(): string {
    return writeCsv(this.storage, this.length, (index) => this.#at(index));
  }

  /**
   * The table as plain data, which can be sent to a worker and back.
   * @throws OptionError for a column of too many texts
   * @internal
   */
  toWire(): { $table: WiredTable } {
    const { columns, label, dialect } = this.storage;
    const many = columns.find(({ textOf }) => textOf);
    if (many)
      throw new OptionError(
        `a table cannot be sent to a worker with column ${many.name}, which has more than 10,000 different texts: leave it out by table.without('${many.name}')`,
      );
    const { length } = this;
    const wired = columns.map(({ name, kind, values, categories, notes }) => {
      return { name, kind, values: values.joined(this.rows), categories, notes };
    });
    // A copy, because transferring moves the memory.
    return {
      $table: { columns: wired, label: label && { ...label, values: this.labels!.slice() }, length, dialect },
    };
  }

  #at(index: number): number {
    return this.rows ? this.rows[index] : index;
  }

  #placeOf(where: string, column: string | number): number {
    const { columns } = this.storage;
    const place = typeof column === 'number' ? column : columns.findIndex(({ name }) => name === column);
    if (columns[place]) return place;
    const names = columns.map(({ name }) => name);
    throw new OptionError(`${where}: there is no column ${shown(column)}; there are ${names.join(', ').slice(0, 400)}`);
  }

  #described(column: ColumnData): TableColumn {
    const { name, kind, values, categories, notes } = column;
    const { rows, length } = this;
    const { blanks: missing, min, max } = values.range(kind === 'category', rows);
    const found = [...notes];
    if (missing === length) found.push('all of it is blank');
    else if (min === max) found.push(`all of its values are ${valueShown(column, min)}`);
    else if (categories && length > 20 && categories.length === length - missing)
      found.push('no two rows have the same text: they look like names or ids, from which a model cannot learn');
    return {
      name,
      kind,
      ...(categories && { categories }),
      missing,
      ...(kind !== 'category' && missing < length && { min, max }),
      ...(found.length && { note: found.join('; ') }),
    };
  }
}

const valueShown = ({ kind, categories }: ColumnData, value: number): string =>
  kind === 'number' ? `${value}` : kind === 'time' ? isoOf(value) : `'${(categories?.[value] ?? '').slice(0, 40)}'`;

function cellOf({ kind, values, categories, textOf }: ColumnData, row: number): number | string | null {
  const value = values.at(row);
  if (kind !== 'category') return Number.isNaN(value) ? null : value;
  return value < 0 ? null : (categories?.[value] ?? textOf!(value));
}
