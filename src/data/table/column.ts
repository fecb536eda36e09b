/** One column while it is read: what it holds is decided by all of its values, not by the first of them. */
import { DataError, FormatError } from '../../errors.ts';
import { classOrder } from '../class-order.ts';
import { Chunks, type Codes, type Numbers, type Stored } from './chunks.ts';
import { dateOf, otherOrder, scanDate, type Dated, type DateOrder } from './dates.ts';
import type { Encoding } from './encoding.ts';
import { carriageReturn, newline, quote } from './fields.ts';
import { numberOf, scanNumber, type NumberFormat } from './numbers.ts';
import { hashOf, hashPrime, hashSeed, Texts } from './texts.ts';

/** What the values of a column are: numbers, one of several names each, or moments in seconds since 1970-01-01 (UTC). */
export type Kind = 'number' | 'category' | 'time';

/** A column of more different texts is none of categories. */
export const mostCategories = 10_000;

/** A column that has more different numbers, most of its values among them, is none of names. */
const fewNumbers = 100;
const most = 0.9;

/** So many rows may be taken to say what a column is. */
const manyRows = 2 ** 14;

/** Seconds up to the year 5138. Milliseconds of today are more. */
const mostSeconds = 1e11;

/** How the texts of all columns are to be taken. */
export interface Reading {
  readonly format: NumberFormat;
  readonly delimiter: number;
  /** In lower case. */
  readonly missing: ReadonlySet<string>;
  readonly encoding: Encoding;
  readonly dateOrder?: DateOrder;
  /** What places are counted in. */
  readonly unit: 'line' | 'row';
}

/** A column of which all values have been read. */
export interface ColumnData {
  readonly name: string;
  readonly kind: Kind;
  /** Numbers, or seconds, with NaN for a blank; or places in `categories`, with -1 for one. */
  readonly values: Stored;
  readonly categories?: readonly string[];
  /** Of a column of texts that are too many for categories: the text that a value stands for. */
  readonly textOf?: (value: number) => string;
  readonly notes: readonly string[];
  /** For each category the line in which it stands for the first time. */
  readonly lines?: readonly number[];
}

/** One of the different texts. */
interface Entry {
  readonly kind: 'blank' | 'number' | 'date' | 'text';
  readonly value: number;
  readonly dated?: Dated;
  /** Where it stands for the first time. */
  readonly line: number;
}

/** As long as there are few different texts, each value is a place among them; they then are numbers, or moments, or stay texts. */
type State = 'few' | 'numbers' | 'times' | 'texts';

export class Column {
  #state: State = 'few';
  readonly #texts = new Texts();
  #entries: Entry[] = [];
  /** Of texts beyond the entries: those that stand for nothing. */
  readonly #blanks = new Set<number>();
  #codes: Chunks<Codes> = new Chunks<Codes>(Int16Array);
  #numbers = new Chunks<Numbers>(Float64Array);
  /** What dates have shown, or the options said. While it is undefined, values are read with the day first. */
  #order: DateOrder | undefined;
  /** A date that may be read both ways, and one that cannot. */
  #either: string | undefined;
  #certain: string | undefined;
  readonly #notes: string[] = [];
  readonly #decimal: number;
  readonly #delimiter: number;

  constructor(
    readonly name: string,
    private readonly reading: Reading,
    /** What the options say it is; a label's texts are kept as they are, whatever they mean. */
    private readonly asked?: Kind | 'label',
  ) {
    this.#decimal = reading.format.decimal.charCodeAt(0);
    this.#delimiter = reading.delimiter;
    this.#order = reading.dateOrder;
    if (asked === 'number') this.#state = 'numbers';
    if (asked === 'time') this.#state = 'times';
  }

  /** The row that there is no room for yet. */
  get room(): number {
    return this.#state === 'numbers' || this.#state === 'times' ? this.#numbers.room : this.#codes.room;
  }

  /** Makes room for the rows from `room` on: all before it have been read. */
  begin(): void {
    const row = this.room;
    if (this.#state === 'few' && row >= manyRows && !this.asked) this.#becomePlain(row);
    if (this.#state === 'numbers' || this.#state === 'times') this.#numbers.begin();
    else this.#codes.begin();
  }

  /** Numbers are read faster than looked up. So many of them, and nothing else, make a column of numbers. */
  #becomePlain(rows: number): void {
    const plain = (kind: Entry['kind']) =>
      this.#entries.every((entry) => entry.kind === kind || entry.kind === 'blank');
    if (this.#entries.length > fewNumbers && (plain('number') || plain('date'))) this.#becomeLarge(rows);
  }

  /**
   * Reads the field that begins at `at`, for a row, and returns where it ends; -1 where it reaches `limit`, or is anything else than a plain one:
   * then nothing was read.
   */
  read(bytes: Uint8Array, at: number, limit: number, row: number, line: number): number {
    if (this.#state === 'numbers') {
      const { current, base } = this.#numbers;
      const end = scanNumber(bytes, at, this.#delimiter, this.#decimal, current, row - base);
      if (end >= 0) return end < limit ? end : -1;
      const byte = bytes[at];
      if (at >= limit || (byte !== this.#delimiter && byte !== newline && byte !== carriageReturn)) return -1;
      current[row - base] = NaN;
      return at;
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
    // Blanks around a field do not belong to it.
    if (end >= limit || (end > at && (bytes[at] <= 0x20 || bytes[end - 1] <= 0x20))) return -1;
    if (this.#state === 'times') this.#putTime(bytes, at, end, row, line);
    else this.#putText(bytes, at, end, hash, row, line);
    return end;
  }

  /** Takes a field, whatever is in it, for a row. */
  put(bytes: Uint8Array, from: number, to: number, row: number, line: number): void {
    if (this.#state === 'numbers') this.#putNumber(bytes, from, to, row, line);
    else if (this.#state === 'times') this.#putTime(bytes, from, to, row, line);
    else this.#putText(bytes, from, to, hashOf(bytes, from, to), row, line);
  }

  /** Takes a number, or seconds, for a row of a column that is to be of such. */
  putValue(value: number, row: number, line: number): void {
    if ((this.#state === 'numbers' || this.#state === 'times') && Number.isFinite(value)) {
      this.#numbers.current[row - this.#numbers.base] = value;
      return;
    }
    const bytes = new TextEncoder().encode(`${value}`);
    this.put(bytes, 0, bytes.length, row, line);
  }

  #putText(bytes: Uint8Array, from: number, to: number, hash: number, row: number, line: number): void {
    const number = this.#texts.number(bytes, from, to, hash);
    this.#codes.current[row - this.#codes.base] = number;
    if (this.#state === 'texts') {
      if (number === this.#seen) this.#meetAnother(bytes, from, to, line);
    } else if (number === this.#entries.length) {
      this.#entries.push(this.#meet(bytes, from, to, line));
      if (number >= mostCategories) this.#becomeLarge(row + 1);
    }
  }

  /** How many of the texts have been looked at. */
  #seen = 0;

  #meetAnother(bytes: Uint8Array, from: number, to: number, line: number): void {
    if (this.#isBlank(this.#look(bytes, from, to, line))) this.#blanks.add(this.#seen);
    this.#seen++;
  }

  #meet(bytes: Uint8Array, from: number, to: number, line: number): Entry {
    const text = this.#look(bytes, from, to, line);
    const entry = { value: NaN, line };
    if (this.#isBlank(text)) return { ...entry, kind: 'blank' };
    if (this.asked === 'category' || this.asked === 'label') return { ...entry, kind: 'text' };
    const value = numberOf(text, this.reading.format);
    if (value !== undefined) return { kind: 'number', value, line };
    const dated = dateOf(text);
    return dated ? { ...entry, kind: 'date', dated } : { ...entry, kind: 'text' };
  }

  #look(bytes: Uint8Array, from: number, to: number, line: number): string {
    return this.reading.encoding.look(bytes.subarray(from, to), () => this.#place(line));
  }

  #isBlank(text: string): boolean {
    return this.reading.missing.has(text.toLowerCase());
  }

  #place(line: number): string {
    return `${this.reading.unit} ${line}, column ${this.name}`;
  }

  /** There are too many different texts for categories: from here on a number or a moment is kept as such. */
  #becomeLarge(rows: number): void {
    const kind = this.#decide(rows);
    if (kind === 'category') {
      this.#state = 'texts';
      this.#seen = this.#entries.length;
      this.#entries.forEach(({ kind }, number) => kind === 'blank' && this.#blanks.add(number));
      this.#codes = this.#codes.map(Int32Array, (code) => code);
      this.#entries = [];
      return;
    }
    const values = this.#entries.map((entry) => this.#valueOf(kind, entry));
    this.#numbers = this.#codes.map(Float64Array, (code) => values[code]);
    this.#state = kind === 'number' ? 'numbers' : 'times';
    this.#codes = new Chunks<Codes>(Int16Array);
    if (kind === 'time') this.#rememberOrder();
    this.#entries = [];
  }

  #rememberOrder(): void {
    for (const { dated, line } of this.#entries) if (dated) this.#compare(dated, line);
  }

  #valueOf(kind: Kind, { value, dated }: Entry): number {
    if (kind === 'number' || !dated) return value;
    return this.#order === 'mdy' ? dated.mdy : dated.dmy;
  }

  /** What the column is, by the texts so far. @throws FormatError, DataError where that cannot be said, or is not what was asked for */
  #decide(rows: number): Kind {
    const { asked } = this;
    const count = { blank: 0, number: 0, date: 0, text: 0 };
    const different = { ...count };
    const times = new Uint32Array(this.#entries.length);
    this.#codes.tally(rows, times);
    this.#entries.forEach(({ kind }, number) => {
      // A row that was read once more may have left a text that no row has.
      count[kind] += times[number];
      different[kind]++;
    });
    const there = count.number + count.date + count.text;
    if (asked) return 'category';
    if (count.number === there) return this.#ofNumbers();
    if (count.date === there && this.#settleOrder()) return 'time';
    for (const kind of ['number', 'date'] as const)
      if (count[kind] >= most * there && different[kind] > fewNumbers && count[kind] < there)
        throw this.#contradiction(
          this.#first((entry) => entry.kind !== 'blank' && entry.kind !== kind),
          kind === 'number' ? kind : 'time',
        );
    if (2 * count.number >= there) {
      const text = this.#first(({ kind }) => kind === 'text' || kind === 'date');
      this.#note(
        `${count.number} of its ${there} values are numbers, but '${this.#textAt(text)}' in ${this.reading.unit} ${this.#entries[text].line} is not: all count as names`,
      );
    }
    return 'category';
  }

  #ofNumbers(): 'number' {
    const large = this.#first(({ kind, value }) => kind === 'number' && !Number.isFinite(value));
    if (large >= 0) throw this.#notFinite(this.#textAt(large), this.#entries[large].line);
    const zero = this.#entries.findIndex(({ kind }, i) => kind === 'number' && /^[+-]?0\d/.test(this.#textAt(i)));
    if (zero >= 0)
      this.#note(
        `'${this.#textAt(zero)}' in ${this.reading.unit} ${this.#entries[zero].line} begins with a zero, as codes do: as a number it has lost it; say ${this.#remedy('category')} to keep it`,
      );
    return 'number';
  }

  /** Whether the dates have one order in common; it is kept where they show which. */
  #settleOrder(): boolean {
    const dates = this.#entries.flatMap(({ dated }) => (dated ? [dated] : []));
    const fits = (order: DateOrder) => !dates.some((dated) => Number.isNaN(dated[order]));
    if (this.#order) return fits(this.#order);
    const [dmy, mdy] = [fits('dmy'), fits('mdy')];
    if (dmy !== mdy) this.#order = dmy ? 'dmy' : 'mdy';
    return dmy || mdy;
  }

  #first(wanted: (entry: Entry) => boolean): number {
    return this.#entries.findIndex(wanted);
  }

  #textAt(number: number): string {
    return this.reading.encoding.decode(this.#texts.bytesOf(number)).slice(0, 40);
  }

  #note(text: string): void {
    this.#notes.push(text);
  }

  #remedy(kind: Kind): string {
    return `\`columns: { ${/^[A-Za-z_$][\w$]*$/.test(this.name) ? this.name : JSON.stringify(this.name)}: '${kind}' }\``;
  }

  #contradiction(entry: number, kind: 'number' | 'time'): FormatError {
    return this.#contradicts(this.#textAt(entry), this.#entries[entry].line, kind);
  }

  #contradicts(text: string, line: number, kind: 'number' | 'time'): FormatError {
    const wanted = kind === 'number' ? 'number' : 'date';
    const value = text.slice(0, 40);
    const looksLikeOne = kind === 'number' && /^[+-]?\d[\d.,' ]*$/.test(value);
    const advice = looksLikeOne
      ? `say with \`decimal\` and \`thousands\` how numbers are written (now ${shownFormat(this.reading.format)})`
      : `if it stands for a blank, say \`missing: [${JSON.stringify(value)}]\``;
    const names = this.asked === undefined ? `; if the column holds names, say ${this.#remedy('category')}` : '';
    const why = this.asked === undefined ? `not a ${wanted}, as most of the column are` : `not a ${wanted}`;
    return new FormatError(`readTable: ${this.#place(line)}: '${value}' is ${why}; ${advice}${names}`);
  }

  #notFinite(text: string, line: number): DataError {
    return new DataError(
      `readTable: ${this.#place(line)}: '${text.slice(0, 40)}' is not finite; if it stands for a blank, say \`missing: [${JSON.stringify(text.slice(0, 40))}]\``,
    );
  }

  #putNumber(bytes: Uint8Array, from: number, to: number, row: number, line: number): void {
    const text = this.#look(bytes, from, to, line);
    const value = this.#isBlank(text) ? NaN : numberOf(text, this.reading.format);
    if (value === undefined) throw this.#contradicts(text, line, 'number');
    if (value === Infinity || value === -Infinity) throw this.#notFinite(text, line);
    this.#numbers.current[row - this.#numbers.base] = value;
  }

  #putTime(bytes: Uint8Array, from: number, to: number, row: number, line: number): void {
    let value = scanDate(bytes, from, to);
    if (Number.isNaN(value)) value = this.#otherTime(this.#look(bytes, from, to, line), line);
    else this.#see(value, value, line);
    this.#numbers.current[row - this.#numbers.base] = value;
  }

  #otherTime(text: string, line: number): number {
    if (this.#isBlank(text)) return NaN;
    const dated = dateOf(text);
    if (dated) {
      this.#compare(dated, line);
      const value = dated[this.#order ?? 'dmy'];
      if (!Number.isNaN(value)) return value;
    } else if (this.asked === 'time') {
      const value = numberOf(text, this.reading.format);
      if (value !== undefined && Math.abs(value) < mostSeconds) return value;
    }
    throw this.#contradicts(text, line, 'time');
  }

  /** Learns the order from a date that can be read only one way. */
  #compare({ dmy, mdy }: Dated, line: number): void {
    if (dmy === mdy) this.#see(dmy, mdy, line);
    else if (Number.isNaN(dmy) || Number.isNaN(mdy)) {
      if (this.#order) return;
      if (Number.isNaN(dmy)) this.#turn();
      this.#order = Number.isNaN(dmy) ? 'mdy' : 'dmy';
    } else {
      this.#either ??= this.#place(line);
      this.#see(dmy, mdy, line);
    }
  }

  /** Remembers a date that does not become the other one when day and month change places: of one kind only, or moved by a zone. */
  #see(dmy: number, mdy: number, line: number): void {
    if (this.#certain === undefined && otherOrder(dmy) !== mdy) this.#certain = this.#place(line);
  }

  /** Day and month change places in all that was read. */
  #turn(): void {
    if (this.#either === undefined) return;
    // What had only one meaning must not be turned, and is not told from the others any more.
    if (this.#certain !== undefined) throw this.#undecided();
    this.#numbers.change((value) => (Number.isNaN(value) ? value : otherOrder(value)));
  }

  #undecided(): FormatError {
    return new FormatError(
      `readTable: ${this.#either}: the date may have the day or the month first; say \`dateOrder: 'dmy'\` or \`'mdy'\``,
    );
  }

  /** To be called when all rows have been read: decides what can be decided without the other columns. @throws FormatError, DataError */
  settle(rows: number): void {
    if (this.#state !== 'few') return;
    this.#kind = this.#decide(rows);
    if (this.#kind !== 'time') return;
    const either = this.#entries.find(({ dated }) => dated && dated.dmy !== dated.mdy);
    if (either) this.#either = this.#place(either.line);
  }

  #kind: Kind | undefined;

  /** In which order its dates are, where that is known and matters. */
  get order(): DateOrder | undefined {
    return this.#isOfTime ? this.#order : undefined;
  }

  get #isOfTime(): boolean {
    return this.#state === 'times' || this.#kind === 'time';
  }

  /** All of its values. `order` is that of other columns' dates, for a column that does not show it. @throws FormatError where nothing shows it */
  finish(rows: number, order?: DateOrder): ColumnData {
    if (this.#isOfTime && this.#order === undefined && this.#either !== undefined) {
      if (order === undefined) throw this.#undecided();
      if (order === 'mdy' && this.#state === 'times') this.#turn();
      this.#order = order;
    }
    const { name } = this;
    const notes = this.#notes;
    if (this.#state === 'texts') return this.#finishTexts(rows);
    if (this.#state !== 'few')
      return { name, kind: this.#state === 'numbers' ? 'number' : 'time', values: this.#numbers.finish(rows), notes };
    const kind = this.#kind!;
    if (kind === 'category') return this.#finishCategories(rows);
    const values = this.#entries.map((entry) => this.#valueOf(kind, entry));
    return { name, kind, values: this.#codes.map<Numbers>(Float64Array, (code) => values[code]).finish(rows), notes };
  }

  #finishTexts(rows: number): ColumnData {
    this.#note(
      `it has ${this.#texts.length - this.#blanks.size} different texts, more than ${mostCategories}: as names or ids have them, and nothing that one row has in common with others`,
    );
    const blanks = this.#blanks;
    if (blanks.size) this.#codes.change((code) => (blanks.has(code) ? -1 : code));
    const textOf = (value: number) => this.reading.encoding.decode(this.#texts.bytesOf(value));
    return { name: this.name, kind: 'category', values: this.#codes.finish(rows), textOf, notes: this.#notes };
  }

  #finishCategories(rows: number): ColumnData {
    const texts = this.#entries.map((_, number) => this.reading.encoding.decode(this.#texts.bytesOf(number)));
    const used = this.#entries.flatMap(({ kind }, number) => (kind === 'blank' ? [] : [number]));
    const order = classOrder(
      used.map((number) => texts[number]),
      (text) => numberOf(text, this.reading.format),
    );
    const places = new Int32Array(texts.length).fill(-1);
    order.forEach((index, place) => (places[used[index]] = place));
    this.#codes.change((code) => places[code]);
    const categories = order.map((index) => texts[used[index]]);
    const lines = order.map((index) => this.#entries[used[index]].line);
    const values = this.#codes.finish(rows);
    return { name: this.name, kind: 'category', values, categories, lines, notes: this.#notes };
  }
}

export const shownFormat = ({ decimal, thousands }: NumberFormat): string =>
  `decimal '${decimal}', thousands ${thousands ? `'${thousands}'` : 'not set apart'}`;
