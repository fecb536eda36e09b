/** Selects and names the columns of a file, and builds the table. */
import { DataError, FormatError, OptionError } from '../../errors.ts';
import { shown } from '../../runtime/options.ts';
import { Pace } from '../../runtime/pace.ts';
import { columnOf } from '../column-options.ts';
import { mostCategories, type ColumnData, type Kind, type Reading } from './column-data.ts';
import { Column } from './column.ts';
import type { Dialect } from './dialect.ts';
import type { Settings } from './options.ts';
import { Table, type LabelData } from './table.ts';

/** The largest number of columns. A larger one means a wrong delimiter. */
const mostColumns = 100_000;

export class Frame {
  /** The columns of the file, undefined for those left out. */
  readonly columns: readonly (Column | undefined)[];
  /** The indices of the columns of the table, in its order. */
  readonly #kept: readonly number[];
  readonly #label: number;
  /** The names of all columns, without repetition. */
  readonly #names: readonly string[];
  readonly #renamed = new Map<number, string>();

  /**
   * @throws OptionError for an option with a column that does not exist; FormatError for too many columns; DataError
   */
  constructor(
    /** The names in the file. Without them, columns are named by their numbers. */
    names: readonly string[] | undefined,
    width: number,
    private readonly reading: Reading,
    private readonly settings: Settings,
    /** Columns that were read before all names were known, or the kinds of columns that the file declares. */
    known: { columns?: readonly (Column | undefined)[]; kinds?: readonly (Kind | undefined)[] } = {},
  ) {
    if (width > mostColumns)
      throw new FormatError(
        `readTable: ${width} columns are more than ${mostColumns}; if this is wrong, set \`delimiter\``,
      );
    const { kept, kinds, label } = settings;
    const asWritten = Array.from({ length: width }, (_, column) => names?.[column] || `${column}`);
    this.#label = label === undefined ? -1 : columnOf('readTable', label, asWritten, 'for the label');
    const chosen = kept?.map((column) => columnOf('readTable', column, asWritten, 'to keep')) ?? [...asWritten.keys()];
    this.#kept = [...new Set(chosen)].filter((column) => column !== this.#label);
    if (!this.#kept.length) throw new DataError('readTable: there are no columns besides the label');
    const asked = new Map<number, Kind>();
    for (const [name, kind] of kinds)
      asked.set(columnOf('readTable', name, asWritten, `that is to be '${kind}'`), kind);
    this.#names = this.#unique(asWritten);
    const columns = new Array<Column | undefined>(width).fill(undefined);
    for (const column of this.#kept)
      columns[column] =
        known.columns?.[column] ?? new Column(this.#names[column], reading, asked.get(column) ?? known.kinds?.[column]);
    if (label !== undefined)
      columns[this.#label] = known.columns?.[this.#label] ?? new Column(this.#names[this.#label], reading, 'label');
    this.columns = columns;
  }

  /** Makes names unique, because a row is an object with the names as keys. */
  #unique(names: readonly string[]): string[] {
    const taken = new Set(names);
    const next = new Map<string, number>();
    return names.map((name, column) => {
      let number = next.get(name) ?? 1;
      next.set(name, number + 1);
      if (number === 1) return name;
      let other = `${name} (${number})`;
      while (taken.has(other)) other = `${name} (${++number})`;
      next.set(name, number + 1);
      taken.add(other);
      this.#renamed.set(column, name);
      return other;
    });
  }

  /**
   * Returns the table after all rows have been read. `without` is an empty last column to drop.
   * @throws FormatError, DataError, OptionError
   */
  async finish(rows: number, dialect: Omit<Dialect, 'missing' | 'dateOrder'>, without?: number): Promise<Table> {
    if (!rows) throw new DataError(`readTable: there are no rows${dialect.header ? ' below the header' : ''}`);
    const kept = this.#kept.filter((column) => column !== without);
    const isAsked = without === this.#label || (this.settings.kept && kept.length < this.#kept.length);
    if (isAsked) throw new OptionError(`readTable: column ${without} does not exist: lines end in a delimiter`);
    if (!kept.length) throw new DataError('readTable: there are no columns besides the label');
    const used = [...kept, ...(this.#label >= 0 ? [this.#label] : [])].map((column) => this.columns[column]!);
    const pace = new Pace();
    for (const column of used) {
      column.settle(rows);
      if (pace.due) await pace.rest();
    }
    this.reading.encoding.settle();
    const shows = used.find((column) => column.order);
    const order = shows?.order;
    const evidence = shows && {
      order: order!,
      column: shows.name,
      contrary: used.find((column) => column.order && column.order !== order)?.name,
    };
    const columns: ColumnData[] = [];
    for (const column of kept) {
      const data = this.columns[column]!.finish(rows, evidence);
      const name = this.#renamed.get(column);
      const notes = name === undefined ? [] : [`the file has more than one column called ${name}`];
      // Columns that were read before all names were known may share one.
      columns.push({ ...data, name: this.#names[column], notes: [...notes, ...data.notes] });
      // The engine also needs the pause, because it frees the pieces of a column only between tasks.
      if (pace.due) await pace.rest();
    }
    const label = this.#label < 0 ? undefined : this.#labels(this.columns[this.#label]!.finish(rows));
    return new Table({
      columns,
      label,
      length: rows,
      dialect: { ...dialect, missing: this.settings.missing, ...(order && { dateOrder: order }) },
    });
  }

  /**
   * Returns the label's classes and indices.
   * @throws FormatError for a name not in `classes`; DataError for too many classes
   */
  #labels({ values, categories, lines }: ColumnData): LabelData {
    const name = this.#names[this.#label];
    if (!categories)
      throw new DataError(
        `readTable: column ${name} has more than ${mostCategories} different texts: it cannot be a label`,
      );
    if (!categories.length) throw new DataError(`readTable: column ${name}, the label, is blank in all rows`);
    const { classes = categories } = this.settings;
    const indices = new Map(classes.map((text, index) => [text, index]));
    const classOf = categories.map((text, category) => {
      const index = indices.get(text);
      if (index !== undefined) return index;
      throw new FormatError(
        `readTable: ${this.reading.unit} ${lines![category]}, column ${name}: '${text.slice(0, 40)}' is not among the classes ${shown(classes)}`,
      );
    });
    const own = Int32Array.from(values.joined(), (value) => (value < 0 ? -1 : classOf[value]));
    return { name, values: own, classes: [...classes] };
  }
}
