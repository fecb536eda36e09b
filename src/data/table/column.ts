/** Reads one column of a table. Its kind follows from all of its values, not from the first ones. */
import { Chunks, type Codes, type Numbers } from './chunks.ts';
import { mostCategories, type ColumnData, type Kind, type Reading } from './column-data.ts';
import { dateOf, otherOrder, scanDate, type DateOrder } from './dates.ts';
import { DayOrder, type Evidence } from './day-order.ts';
import { Entries, isBlank } from './entries.ts';
import { carriageReturn, newline, quote } from './fields.ts';
import { behindZeros, hasLeadingZero, isInexact, numberOf, scanNumber } from './numbers.ts';
import { Remarks } from './remarks.ts';
import { hashOf, hashPrime, hashSeed, Texts } from './texts.ts';

/** The number of rows after which a column with plain values gets its kind. */
const manyRows = 2 ** 14;

/** The seconds until the year 5138. Present times in milliseconds are larger, so they are refused. */
export const mostSeconds = 1e11;

/** The seconds before and after 1970 in which a `Date` is valid. */
const mostOfDate = 8.64e12;

const nothing = new Uint8Array(0);
const encoder = new TextEncoder();

/** The largest index of a text in 16 bits. Blanks may be written in many ways, and none of them is a category. */
const mostOfCode = 2 ** 15 - 1;

/**
 * The storage of the values. With few different texts, each value is the index of its text; later they become numbers
 * or times, or stay texts.
 */
type State = 'few' | 'numbers' | 'times' | 'texts';

export class Column {
  #state: State = 'few';
  /** The kind of the column, once it is known. */
  #kind: Kind | undefined;
  readonly #texts = new Texts();
  readonly #entries: Entries;
  /** The numbers of the texts that stand for a blank, in a column of too many texts for entries. */
  readonly #blanks = new Set<number>();
  /** The number of texts that have been compared with those for a blank. */
  #seen = 0;
  #codes: Chunks<Codes> = new Chunks<Codes>(Int16Array);
  #numbers = new Chunks<Numbers>(Float64Array);
  readonly #remarks: Remarks;
  readonly #days: DayOrder;
  readonly #decimal: number;
  readonly #delimiter: number;

  constructor(
    readonly name: string,
    private readonly reading: Reading,
    /** The kind of the column in the options. The texts of a label are kept without interpretation. */
    private readonly asked?: Kind | 'label',
  ) {
    this.#decimal = reading.format.decimal.charCodeAt(0);
    this.#delimiter = reading.delimiter;
    this.#remarks = new Remarks(name, reading, asked);
    this.#days = new DayOrder(this.#remarks, reading.dateOrder);
    this.#entries = new Entries(reading, this.#remarks, this.#days, asked, (number) => this.#textOf(number));
    if (asked === 'number' || asked === 'time') this.#holdNumbers(asked);
  }

  /** The first row for which no memory is allocated yet. */
  get room(): number {
    return this.#holdsNumbers ? this.#numbers.room : this.#codes.room;
  }

  /** Allocates memory for the rows from `room` on, after all rows before it have been read. */
  begin(): void {
    const row = this.room;
    // Parsing numbers is faster than looking up their texts, so a column of many numbers or dates alone is converted
    // now.
    if (this.#state === 'few' && row >= manyRows && !this.asked && this.#entries.plain) this.#becomeLarge(row);
    if (this.#holdsNumbers) this.#numbers.begin();
    else this.#codes.begin();
  }

  get #holdsNumbers(): boolean {
    return this.#state === 'numbers' || this.#state === 'times';
  }

  #holdNumbers(kind: 'number' | 'time'): void {
    this.#kind = kind;
    this.#state = kind === 'number' ? 'numbers' : 'times';
  }

  /**
   * Reads the field of a row that begins at `at`, and returns its end. Returns -1 and reads nothing if the field
   * reaches `limit`, or is quoted or otherwise not plain.
   */
  read(bytes: Uint8Array, at: number, limit: number, row: number, line: number): number {
    if (this.#state === 'numbers') {
      const { current, base } = this.#numbers;
      const end = scanNumber(bytes, at, this.#delimiter, this.#decimal, current, row - base);
      if (end >= 0) return end < limit ? end : -1;
      return this.#readOther(bytes, at, limit, row);
    }
    const delimiter = this.#delimiter;
    let byte = bytes[at];
    let hash = hashSeed;
    let end = at;
    if (byte === quote || byte === 0x20) return -1;
    while (byte !== delimiter && byte !== newline && byte !== carriageReturn) {
      hash = Math.imul(hash ^ byte, hashPrime);
      byte = bytes[++end];
    }
    // Spaces around a field do not belong to it, so such a field is not plain.
    if (end >= limit || (end > at && (bytes[at] <= 0x20 || bytes[end - 1] <= 0x20))) return -1;
    if (this.#state === 'times') this.#putTime(bytes, at, end, row, line);
    else this.#putText(bytes, at, end, hash, row, line);
    return end;
  }

  /** Reads an empty field, or a number behind zeros after the note about the first one, as `read` does. */
  #readOther(bytes: Uint8Array, at: number, limit: number, row: number): number {
    const { current, base } = this.#numbers;
    const from = this.#remarks.acceptsLeadingZeros ? behindZeros(bytes, at) : at;
    if (from > at) {
      const end = scanNumber(bytes, from, this.#delimiter, this.#decimal, current, row - base);
      return end < limit ? end : -1;
    }
    const byte = bytes[at];
    // A delimiter that is a space belongs to the spaces before a field.
    if (at >= limit || byte === 0x20 || (byte !== this.#delimiter && byte !== newline && byte !== carriageReturn))
      return -1;
    current[row - base] = NaN;
    return at;
  }

  /** Stores a field with any content for a row. */
  put(bytes: Uint8Array, from: number, to: number, row: number, line: number): void {
    if (this.#state === 'numbers') this.#putNumber(bytes, from, to, row, line);
    else if (this.#state === 'times') this.#putTime(bytes, from, to, row, line);
    else this.#putText(bytes, from, to, hashOf(bytes, from, to), row, line);
  }

  /**
   * Stores a value of a file that has more than texts: a blank, a number below `limit` (a time in seconds if the column
   * is known to be of times), or anything else that has a text. Returns false for other objects.
   */
  putValue(value: unknown, row: number, line: number, limit = Infinity): boolean {
    if (value === null || value === undefined) this.put(nothing, 0, 0, row, line);
    else if (typeof value === 'object') return false;
    else if (typeof value === 'number' && Math.abs(value) < limit && this.#takes(value))
      this.#numbers.current[row - this.#numbers.base] = value;
    else {
      const bytes = encoder.encode(`${value as string | number | bigint | boolean}`.trim());
      this.put(bytes, 0, bytes.length, row, line);
    }
    return true;
  }

  #takes(value: number): boolean {
    const isDate = this.#state === 'times' && this.asked === 'time' && Math.abs(value) <= mostOfDate;
    return isDate || (this.#state === 'numbers' && Number.isFinite(value));
  }

  #putText(bytes: Uint8Array, from: number, to: number, hash: number, row: number, line: number): void {
    const number = this.#texts.number(bytes, from, to, hash);
    this.#codes.current[row - this.#codes.base] = number;
    if (this.#state === 'texts') {
      if (number === this.#seen) this.#meetAnother(bytes, from, to, line);
    } else if (number === this.#entries.length) {
      this.#entries.add(this.#look(bytes, from, to, line), line);
      if (this.#entries.different > mostCategories) this.#becomeLarge(row + 1);
      else if (number === mostOfCode) this.#codes = this.#codes.map(Int32Array, (code) => code);
    }
  }

  #meetAnother(bytes: Uint8Array, from: number, to: number, line: number): void {
    if (isBlank(this.reading, this.#look(bytes, from, to, line))) this.#blanks.add(this.#seen);
    this.#seen++;
  }

  #putNumber(bytes: Uint8Array, from: number, to: number, row: number, line: number): void {
    const text = this.#look(bytes, from, to, line);
    const value = isBlank(this.reading, text) ? NaN : numberOf(text, this.reading.format);
    if (value === undefined) throw this.#remarks.contradiction(text, line, 'number');
    if (value === Infinity || value === -Infinity) throw this.#remarks.notFinite(text, line);
    if (isInexact(text, value)) this.#remarks.inexact(text, line);
    if (!this.#remarks.acceptsLeadingZeros && hasLeadingZero(text)) this.#remarks.leadingZero(text, line);
    this.#numbers.current[row - this.#numbers.base] = value;
  }

  #putTime(bytes: Uint8Array, from: number, to: number, row: number, line: number): void {
    let value = scanDate(bytes, from, to);
    if (Number.isNaN(value)) value = this.#otherTime(this.#look(bytes, from, to, line), line);
    else this.#days.see(value, value, line);
    this.#numbers.current[row - this.#numbers.base] = value;
  }

  #otherTime(text: string, line: number): number {
    if (isBlank(this.reading, text)) return NaN;
    const dated = dateOf(text);
    if (dated) {
      if (this.#days.compare(dated, line)) this.#turn();
      const value = this.#days.meaning(dated);
      if (!Number.isNaN(value)) return value;
    } else if (this.asked === 'time') {
      const value = numberOf(text, this.reading.format);
      if (value !== undefined && Math.abs(value) < mostSeconds) return value;
    }
    throw this.#remarks.contradiction(text, line, 'time');
  }

  #look(bytes: Uint8Array, from: number, to: number, line: number): string {
    return this.reading.encoding.look(bytes.subarray(from, to), () => this.#remarks.place(line));
  }

  #textOf(number: number): string {
    return this.reading.encoding.decode(this.#texts.bytesOf(number));
  }

  /** Exchanges day and month in all dates so far. */
  #turn(): void {
    // Full chunks may be of float32, which need not hold the other dates.
    this.#numbers = this.#numbers.map<Numbers>(Float64Array, (value) =>
      Number.isNaN(value) ? value : otherOrder(value),
    );
  }

  /**
   * Decides the kind of the column. From here on numbers and times are stored as such, and other columns store indices
   * of texts.
   */
  #becomeLarge(rows: number): void {
    const kind = this.#decide(rows);
    if (kind === 'category') {
      this.#kind = kind;
      this.#state = 'texts';
      this.#seen = this.#entries.length;
      for (const number of this.#entries.blanks) this.#blanks.add(number);
      this.#codes = this.#codes.map(Int32Array, (code) => code);
    } else {
      this.#holdNumbers(kind);
      this.#numbers = this.#valuesOf(kind);
      this.#codes = new Chunks<Codes>(Int16Array);
      if (kind === 'time') this.#entries.rememberOrder();
    }
    this.#entries.clear();
  }

  /** Returns the kind of the column by the texts so far. @throws FormatError, DataError where it cannot be decided */
  #decide(rows: number): Kind {
    const times = new Uint32Array(this.#entries.length);
    this.#codes.tally(rows, times);
    return this.#entries.decide(times);
  }

  #valuesOf(kind: Kind): Chunks<Numbers> {
    const values = this.#entries.values(kind);
    return this.#codes.map<Numbers>(Float64Array, (code) => values[code]);
  }

  /**
   * Decides the kind of the column when all rows have been read, as far as other columns do not matter.
   * @throws FormatError, DataError
   */
  settle(rows: number): void {
    if (this.#state !== 'few') return;
    this.#kind = this.#decide(rows);
    if (this.#kind === 'time') this.#entries.settleOrder();
  }

  /** The order of day and month in its dates; undefined if it is not known, or if the column has no dates. */
  get order(): DateOrder | undefined {
    return this.#kind === 'time' ? this.#days.order : undefined;
  }

  /**
   * Returns all values. `evidence` is the order of day and month in other columns, for a column whose dates do not show
   * it.
   * @throws FormatError where no column shows the order
   */
  finish(rows: number, evidence?: Evidence): ColumnData {
    const kind = this.#kind!;
    if (kind === 'time' && this.#days.settle(evidence)) this.#turn();
    const column = { name: this.name, kind, notes: this.#remarks.notes };
    if (this.#state === 'texts') {
      const blanks = this.#blanks;
      this.#remarks.manyTexts(this.#texts.length - blanks.size);
      if (blanks.size) this.#codes.change((code) => (blanks.has(code) ? -1 : code));
      const textOf = (value: number) => this.#textOf(value);
      return { ...column, values: this.#codes.finish(rows), textOf };
    }
    if (kind === 'category') {
      const { places, ...texts } = this.#entries.categories();
      this.#codes.change((code) => places[code]);
      return { ...column, values: this.#codes.finish(rows), ...texts };
    }
    const numbers = this.#state === 'few' ? this.#valuesOf(kind) : this.#numbers;
    return { ...column, values: numbers.finish(rows) };
  }
}
