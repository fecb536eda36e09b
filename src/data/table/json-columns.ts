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
  /** The columns by name, undefined for those left out. */
  readonly #columns = new Map<string, Column | undefined>();
  readonly #reading: Reading;
  readonly #encoder = new TextEncoder();

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
    for (const name of Object.keys(object)) if (!this.#columns.has(name)) this.#meet(name);
    for (const [name, column] of this.#columns)
      if (column) this.#put(column, name, Object.hasOwn(object, name) ? object[name] : null, this.rows, place);
    this.rows++;
  }

  /** Introduces a column. Rows before the first that has it are blank. */
  #meet(name: string): void {
    const { kept, kinds, label } = this.settings;
    const number = this.#columns.size;
    const is = (asked: string | number | undefined) => asked === name || asked === number;
    if (!is(label) && kept && !kept.some(is)) return void this.#columns.set(name, undefined);
    const column = new Column(name || `${number}`, this.#reading, is(label) ? 'label' : kinds.get(name));
    for (let row = 0; row < this.rows; row++) this.#put(column, name, null, row, row + 1);
    this.#columns.set(name, column);
  }

  /** Adds a value in the form of a CSV. @throws FormatError */
  #put(column: Column, name: string, value: unknown, row: number, place: number): void {
    if (row === column.room) column.begin();
    if (value === null) column.put(nothing, 0, 0, row, place);
    // A larger number is read as a CSV has it, because it may be a time in milliseconds or have too many digits.
    else if (typeof value === 'number' && Math.abs(value) < mostSeconds) column.putValue(value, row, place);
    else if (typeof value === 'object')
      throw new FormatError(
        `readTable: ${this.unit} ${place}, column ${name}: its value is ${Array.isArray(value) ? 'a list' : 'an object'}; take the numbers or texts out of it first, or leave the column out with \`columns\``,
      );
    else {
      const bytes = this.#encoder.encode(typeof value === 'string' ? value.trim() : `${value as number | boolean}`);
      column.put(bytes, 0, bytes.length, row, place);
    }
  }

  /** Returns the table after all rows have been read. @throws FormatError, DataError, OptionError */
  finish(dialect: Omit<Dialect, 'missing' | 'dateOrder'>): Promise<Table> {
    const columns = [...this.#columns.values()];
    const frame = new Frame([...this.#columns.keys()], columns.length, this.#reading, this.settings, columns);
    return frame.finish(this.rows, dialect);
  }
}

const nothing = new Uint8Array(0);
