/** Reads the rows of a CSV, block by block, into columns. */
import { FormatError } from '../../errors.ts';
import { roomAt } from './chunks.ts';
import type { Column } from './column.ts';
import { broken, carriageReturn, Fields, incomplete, newline } from './fields.ts';

/** Lines that show whether the last column exists, or lines only end in a delimiter. */
interface Tails {
  /**
   * The first row with one field fewer than the first line; `closed` and `open` are the first with an empty, or filled,
   * last field.
   */
  short?: number;
  closed?: number;
  open?: number;
  /** The first row with an additional empty field; `even` is the first without. */
  beyond?: number;
  even?: number;
}

export class Rows {
  /** The number of rows read so far. */
  row = 0;
  readonly #fields = new Fields();
  readonly #tails: Tails = {};
  #room = 0;
  /** The first blank line after the last row. */
  #blank: number | undefined;

  constructor(
    /** The column of each field. Fields without a column are dropped. */
    private readonly columns: readonly (Column | undefined)[],
    private readonly delimiter: number,
    /** Whether the first line ends in a delimiter, so that the last column may not exist. */
    private readonly tailed: boolean,
    /** The line of the next row, counted from 1 as in editors. */
    public line: number,
    private readonly most: number,
    /** Whether a row precedes these. A blank line in a table of one column may then be a missing value. */
    private readonly begun: boolean,
  ) {}

  /** Whether `maxRows` rows have been read. */
  get full(): boolean {
    return this.row >= this.most;
  }

  /**
   * Reads the rows from `at` on, and returns the start of the first incomplete one. A newline must follow the last
   * byte, at `end`; it is the end of the file if `final`.
   * @throws FormatError, DataError
   */
  read(bytes: Uint8Array, at: number, end: number, final: boolean): number {
    const { columns, delimiter } = this;
    const width = columns.length;
    // A field that reaches this limit may be incomplete.
    const limit = final ? end + 1 : end;
    while (at < end && this.row < this.most) {
      const begin = at;
      const blank = this.#blankUntil(bytes, at);
      if (blank >= 0) {
        if (blank >= limit || (bytes[blank] === carriageReturn && blank + 1 >= end && !final)) return begin;
        if (width === 1 && (this.begun || this.row)) this.#blank ??= this.line;
        at = behind(bytes, blank);
        this.line++;
        continue;
      }
      if (this.#blank !== undefined)
        throw this.#error(
          this.#blank,
          'the line is blank, in a table of one column; remove it, or write "" for a value that is missing',
        );
      if (this.row === this.#room) this.#makeRoom();
      let lines = 0;
      let column = 0;
      for (; ; column++) {
        const taker = columns[column];
        let stop = taker ? taker.read(bytes, at, limit, this.row, this.line) : -1;
        if (stop < 0) {
          stop = this.#fields.next(bytes, at, end, final, delimiter);
          if (stop === incomplete) return begin;
          if (stop === broken) throw this.#error(this.line + lines, this.#fields.problem);
          const { bytes: from, from: first, to } = this.#fields;
          taker?.put(from, first, to, this.row, this.line);
          lines += this.#fields.lines;
        }
        if (bytes[stop] !== delimiter) {
          // A newline after a carriage return belongs to the same line end.
          if (bytes[stop] === carriageReturn && stop + 1 >= end && !final) return begin;
          if (column !== width - 1) this.#short(column);
          else this.#whole(stop === at);
          at = behind(bytes, stop);
          break;
        }
        if (column === width - 1) {
          const behindIt = this.#beyond(bytes, stop + 1, end, final);
          if (behindIt < 0) return begin;
          at = behindIt;
          break;
        }
        at = stop + 1;
      }
      this.line += lines + 1;
      this.row++;
    }
    return at;
  }

  /** Returns the end of a line of blanks, or -1 if the line has other characters. */
  #blankUntil(bytes: Uint8Array, at: number): number {
    let byte = bytes[at];
    if (byte > 0x20) return -1;
    while ((byte === 0x20 || byte === 0x09) && byte !== this.delimiter) byte = bytes[++at];
    return byte === newline || byte === carriageReturn ? at : -1;
  }

  #makeRoom(): void {
    for (const column of this.columns) column?.begin();
    this.#room += roomAt(this.#room);
  }

  /** Handles a row that ends before the last column. */
  #short(column: number): void {
    const { columns, row, line } = this;
    if (!this.tailed || column !== columns.length - 2) throw this.#ragged(line, column + 1);
    this.#tails.short ??= line;
    columns[column + 1]?.putValue(null, row, line);
  }

  /** Handles a row that ends in the last column. */
  #whole(empty: boolean): void {
    if (!this.tailed) this.#tails.even ??= this.line;
    else if (empty) this.#tails.closed ??= this.line;
    else this.#tails.open ??= this.line;
  }

  /**
   * Handles a delimiter after the last column, which is valid only at the end of a line. Returns the start of the next
   * line, or -1 if it is not known.
   */
  #beyond(bytes: Uint8Array, at: number, end: number, final: boolean): number {
    const until = this.#blankUntil(bytes, at);
    if (until < 0 || this.tailed) throw this.#ragged(this.line, this.#count(bytes, at, end));
    if ((until >= end && !final) || (bytes[until] === carriageReturn && until + 1 >= end && !final)) return -1;
    this.#tails.beyond ??= this.line;
    return behind(bytes, until);
  }

  /** Counts the fields of a row that may be incomplete. */
  #count(bytes: Uint8Array, at: number, end: number): number {
    let count = this.columns.length;
    for (; ; count++) {
      const stop = this.#fields.next(bytes, at, end, true, this.delimiter);
      if (stop < 0 || stop >= end || bytes[stop] !== this.delimiter) return count + 1;
      at = stop + 1;
    }
  }

  /**
   * Decides after the last row whether the last column exists, or all lines, or only the header, end in a delimiter.
   * @throws FormatError
   */
  settle(): { withoutLast: boolean; trailing: boolean } {
    const { short, closed, open, beyond, even } = this.#tails;
    if (short !== undefined && (closed ?? open) !== undefined) throw this.#ragged(short, this.columns.length - 1);
    if (beyond !== undefined && even !== undefined) throw this.#ragged(beyond, this.columns.length + 1);
    const withoutLast = this.tailed && (short !== undefined || (closed !== undefined && open === undefined));
    return { withoutLast, trailing: withoutLast || beyond !== undefined };
  }

  #ragged(line: number, count: number): FormatError {
    const values = `${count} ${count === 1 ? 'value' : 'values'}`;
    return this.#error(
      line,
      `${values}, but ${this.columns.length} in the first line; if the delimiter is not '${shownDelimiter(this.delimiter)}', set \`delimiter\`; if a value contains it, put the value in quotes`,
    );
  }

  #error = (line: number, problem: string): FormatError => new FormatError(`readTable: line ${line}: ${problem}`);
}

/** Returns the position after a line end. */
const behind = (bytes: Uint8Array, at: number): number =>
  bytes[at] === carriageReturn && bytes[at + 1] === newline ? at + 2 : at + 1;

export const shownDelimiter = (delimiter: number): string => (delimiter === 9 ? '\\t' : String.fromCharCode(delimiter));
