/** The rows of a CSV, block by block: each field goes to its column. */
import { FormatError } from '../../errors.ts';
import { roomAt } from './chunks.ts';
import type { Column } from './column.ts';
import { broken, carriageReturn, Fields, incomplete, newline } from './fields.ts';

/** Of a row in which the first one is not the last field: whether something stands behind its last delimiter. */
interface Tails {
  /** The line of the first row that has a field less than the first line, and of the first that has nothing, or something, in the last one. */
  short?: number;
  closed?: number;
  open?: number;
  /** The same for rows that have an empty field more, and those that do not. */
  beyond?: number;
  even?: number;
}

export class Rows {
  /** How many have been read. */
  row = 0;
  /** Where the next one begins, as editors count lines. */
  line: number;
  readonly #fields = new Fields();
  readonly #tails: Tails = {};
  #room = 0;
  /** The first of the blank lines behind the last row. */
  #blank: number | undefined;

  constructor(
    /** One for each field of a row; nothing is kept of those without one. */
    private readonly columns: readonly (Column | undefined)[],
    private readonly delimiter: number,
    /** Whether the first line ends in a delimiter: then its last field may be none. */
    private readonly tailed: boolean,
    line: number,
    private readonly most: number,
    /** Whether a row came before these: then a blank line in a table of one column may be a value that is missing. */
    private readonly begun: boolean,
  ) {
    this.line = line;
  }

  /** Whether there are as many rows as there may be. */
  get full(): boolean {
    return this.row >= this.most;
  }

  /**
   * Reads the rows from `at` on, and returns where the first one begins that is not complete. Behind the last byte, at `end`, has to be a newline:
   * `final` says that it ends the file. @throws FormatError, DataError
   */
  read(bytes: Uint8Array, at: number, end: number, final: boolean): number {
    const { columns, delimiter } = this;
    const width = columns.length;
    // A field that reaches this may go on.
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
          // What follows a carriage return belongs to it.
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

  /** Where a line with nothing but blanks ends; -1 if there is more in it. */
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

  /** A row ends before the last column. */
  #short(column: number): void {
    const { columns, row, line } = this;
    if (!this.tailed || column !== columns.length - 2) throw this.#ragged(line, column + 1);
    this.#tails.short ??= line;
    columns[column + 1]?.put(nothing, 0, 0, row, line);
  }

  /** A row ends in the last column. */
  #whole(empty: boolean): void {
    if (!this.tailed) this.#tails.even ??= this.line;
    else if (empty) this.#tails.closed ??= this.line;
    else this.#tails.open ??= this.line;
  }

  /** A delimiter behind the last column is right where nothing follows it. Returns where the next line begins, or -1 if that is not known. */
  #beyond(bytes: Uint8Array, at: number, end: number, final: boolean): number {
    const until = this.#blankUntil(bytes, at);
    if (until < 0 || this.tailed) throw this.#ragged(this.line, this.#count(bytes, at, end));
    if ((until >= end && !final) || (bytes[until] === carriageReturn && until + 1 >= end && !final)) return -1;
    this.#tails.beyond ??= this.line;
    return behind(bytes, until);
  }

  /** How many fields a row has, as far as it is there. */
  #count(bytes: Uint8Array, at: number, end: number): number {
    let count = this.columns.length;
    for (; ; count++) {
      const stop = this.#fields.next(bytes, at, end, true, this.delimiter);
      if (stop < 0 || stop >= end || bytes[stop] !== this.delimiter) return count + 1;
      at = stop + 1;
    }
  }

  /** To be called behind the last row. Says whether the last column is none: all lines end in a delimiter, or the header alone does. @throws FormatError */
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
      `${values}, ${this.columns.length} in the first line; is the \`delimiter\` another one than '${shownDelimiter(this.delimiter)}', or does a value have it within, without quotes?`,
    );
  }

  #error = (line: number, problem: string): FormatError => new FormatError(`readTable: line ${line}: ${problem}`);
}

const nothing = new Uint8Array(0);

/** Behind the end of a line. */
const behind = (bytes: Uint8Array, at: number): number =>
  bytes[at] === carriageReturn && bytes[at + 1] === newline ? at + 2 : at + 1;

export const shownDelimiter = (delimiter: number): string => (delimiter === 9 ? '\\t' : String.fromCharCode(delimiter));
