import { classOrder } from '../class-order.ts';
import type { Kind, Reading } from './column-data.ts';
import { dateOf, type Dated } from './dates.ts';
import type { DayOrder } from './day-order.ts';
import { hasLeadingZero, isInexact, numberOf } from './numbers.ts';
import type { Remarks } from './remarks.ts';

/** One of the different texts of a column. */
interface Entry {
  readonly kind: 'blank' | 'number' | 'date' | 'text';
  readonly value: number;
  readonly dated?: Dated;
  /** The line or row in which it occurs first. */
  readonly line: number;
}

/** A column with more different numbers than this, which are most of its values, is not one of categories. */
const fewNumbers = 100;
const most = 0.9;

/** Returns whether a text stands for a blank. */
export const isBlank = ({ blanks }: Reading, text: string): boolean => blanks.has(text.toLowerCase());

/**
 * The meanings of a column's different texts, in the order in which they were read, and the kind of the column that
 * follows from them.
 */
export class Entries {
  #entries: Entry[] = [];
  /** The number of texts that do not stand for a blank. */
  different = 0;

  constructor(
    private readonly reading: Reading,
    private readonly remarks: Remarks,
    private readonly days: DayOrder,
    private readonly asked: Kind | 'label' | undefined,
    /** Returns the text with a number. */
    private readonly textOf: (number: number) => string,
  ) {}

  get length(): number {
    return this.#entries.length;
  }

  /** Adds a text. */
  add(text: string, line: number): void {
    const entry = this.#meaning(text, line);
    this.#entries.push(entry);
    if (entry.kind !== 'blank') this.different++;
  }

  clear(): void {
    this.#entries = [];
    this.different = 0;
  }

  #meaning(text: string, line: number): Entry {
    const entry = { value: NaN, line };
    if (isBlank(this.reading, text)) return { ...entry, kind: 'blank' };
    if (this.asked === 'category' || this.asked === 'label') return { ...entry, kind: 'text' };
    const value = numberOf(text, this.reading.format);
    if (value !== undefined) return { kind: 'number', value, line };
    const dated = dateOf(text);
    return dated ? { ...entry, kind: 'date', dated } : { ...entry, kind: 'text' };
  }

  /** Whether the texts are many numbers or many dates, apart from blanks. */
  get plain(): boolean {
    const all = (kind: Entry['kind']) => this.#entries.every((entry) => entry.kind === kind || entry.kind === 'blank');
    return this.#entries.length > fewNumbers && (all('number') || all('date'));
  }

  /** The numbers of the entries that stand for a blank. */
  get blanks(): number[] {
    return [...this.#entries.keys()].filter((number) => this.#entries[number].kind === 'blank');
  }

  /**
   * Returns the kind of the column, given how often each text occurs.
   * @throws FormatError, DataError where it cannot be decided
   */
  decide(times: Uint32Array): Kind {
    if (this.asked) return 'category';
    const count = { blank: 0, number: 0, date: 0, text: 0 };
    const different = { ...count };
    this.#entries.forEach(({ kind }, number) => {
      // A row that was read twice may have left a text that does not occur.
      count[kind] += times[number];
      different[kind]++;
    });
    const there = count.number + count.date + count.text;
    if (count.number === there) return this.#ofNumbers();
    if (count.date === there && this.days.fits(this.#entries.flatMap(({ dated }) => dated ?? []))) return 'time';
    for (const kind of ['number', 'date'] as const)
      if (count[kind] >= most * there && different[kind] > fewNumbers && count[kind] < there) {
        const other = this.#first((entry) => entry.kind !== 'blank' && entry.kind !== kind);
        throw this.remarks.contradiction(...this.#at(other), kind === 'number' ? kind : 'time');
      }
    if (2 * count.number >= there) {
      const text = this.#first(({ kind }) => kind === 'text' || kind === 'date');
      this.remarks.mostlyNumbers(count.number, there, ...this.#at(text));
    }
    return 'category';
  }

  #ofNumbers(): 'number' {
    const large = this.#first(({ kind, value }) => kind === 'number' && !Number.isFinite(value));
    if (large >= 0) throw this.remarks.notFinite(...this.#at(large));
    const zero = this.#first(({ kind }, number) => kind === 'number' && hasLeadingZero(this.textOf(number)));
    if (zero >= 0) this.remarks.leadingZero(...this.#at(zero));
    const inexact = this.#first(
      ({ kind, value }, number) => kind === 'number' && isInexact(this.textOf(number), value),
    );
    if (inexact >= 0) this.remarks.inexact(...this.#at(inexact));
    return 'number';
  }

  #first(wanted: (entry: Entry, number: number) => boolean): number {
    return this.#entries.findIndex(wanted);
  }

  /** Returns the beginning of a text, and the line in which it occurs first. */
  #at(number: number): [text: string, line: number] {
    return [this.textOf(number).slice(0, 40), this.#entries[number].line];
  }

  /** Passes the dates so far to the day order, in a column of times that continues. */
  rememberOrder(): void {
    for (const { dated, line } of this.#entries) if (dated) this.days.compare(dated, line);
  }

  /** Tells the day order of the first date that is valid with either order, in a column of times that has ended. */
  settleOrder(): void {
    const either = this.#entries.find(({ dated }) => dated && dated.dmy !== dated.mdy);
    if (either) this.days.ambiguous(either.line);
  }

  /** Returns the number or the seconds of each entry; NaN for a blank. */
  values(kind: Kind): number[] {
    return this.#entries.map(({ value, dated }) => (kind === 'number' || !dated ? value : this.days.meaning(dated)));
  }

  /** Returns the texts in the order of categories, the line of each, and for each entry its index among them, or -1. */
  categories(): { categories: string[]; lines: number[]; places: Int32Array } {
    const texts = this.#entries.map((_, number) => this.textOf(number));
    const used = this.#entries.flatMap(({ kind }, number) => (kind === 'blank' ? [] : [number]));
    const order = classOrder(
      used.map((number) => texts[number]),
      (text) => numberOf(text, this.reading.format),
    );
    const places = new Int32Array(texts.length).fill(-1);
    order.forEach((index, place) => (places[used[index]] = place));
    return {
      categories: order.map((index) => texts[used[index]]),
      lines: order.map((index) => this.#entries[used[index]].line),
      places,
    };
  }
}
