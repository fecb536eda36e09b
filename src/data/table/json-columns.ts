/** Collects the columns of rows that are objects. Any row may introduce a new column. */
import { FormatError } from '../../errors.ts';
import { readingOf, type Reading } from './column-data.ts';
import { Column, mostSeconds } from './column.ts';
import type { Dialect } from './dialect.ts';
import { Frame } from './frame.ts';
import type { Settings } from './options.ts';
import type { Table } from './table.ts';

export class JsonColumns {
  /** The number of rows so far. */
  rows = 0;
  /** The columns by key, undefined for those left out. */
  readonly #columns = new Map<string, Column | undefined>();
  readonly #reading: Reading;

  constructor(
    private readonly settings: Settings,
    private readonly unit: Reading['unit'],
  ) {
    this.#reading = readingOf(settings, unit);
  }

  /** Whether `maxRows` rows have been read. */
  get full(): boolean {
    return this.rows >= this.settings.maxRows;
  }

  /** Adds a row. `place` is its number in the list, or its line. @throws FormatError, DataError */
  add(row: unknown, place: number): void {
    if (Object.prototype.toString.call(row) !== '[object Object]')
      throw new FormatError(
        `readTable: ${this.unit} ${place} of the JSON is not an object: the JSON must be a list of objects, or one object a line`,
      );
    const object = row as Record<string, unknown>;
    for (const key of Object.keys(object)) if (!this.#columns.has(key)) this.#meet(key);
    for (const [key, column] of this.#columns)
      if (column) this.#put(column, Object.hasOwn(object, key) ? object[key] : null, this.rows, place);
    this.rows++;
  }

  /** Introduces a column. Rows before the first that has it are blank. */
  #meet(key: string): void {
    const { kept, kinds, label } = this.settings;
    const number = this.#columns.size;
    const name = key || `${number}`;
    const is = (asked: string | number | undefined) => asked === name || asked === number;
    if (!is(label) && kept && !kept.some(is)) return void this.#columns.set(key, undefined);
    const column = new Column(name, this.#reading, is(label) ? 'label' : kinds.get(name));
    for (let row = 0; row < this.rows; row++) this.#put(column, null, row, row + 1);
    this.#columns.set(key, column);
  }

  /** Adds a value in the form of a CSV. @throws FormatError */
  #put(column: Column, value: unknown, row: number, place: number): void {
    if (row === column.room) column.begin();
    // A larger number is read as a CSV has it, because it may be a time in milliseconds or have too many digits.
    if (column.putValue(value, row, place, mostSeconds)) return;
    throw new FormatError(
      `readTable: ${this.unit} ${place}, column ${column.name}: its value is ${Array.isArray(value) ? 'a list' : 'an object'}; take the numbers or texts out of it first, or leave the column out with \`columns\``,
    );
  }

  /** Returns the table after all rows have been read. @throws FormatError, DataError, OptionError */
  finish(dialect: Omit<Dialect, 'missing' | 'dateOrder'>): Promise<Table> {
    const columns = [...this.#columns.values()];
    const frame = new Frame([...this.#columns.keys()], columns.length, this.#reading, this.settings, { columns });
    return frame.finish(this.rows, dialect);
  }
}
