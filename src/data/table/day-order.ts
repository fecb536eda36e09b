import { otherOrder, type Dated, type DateOrder } from './dates.ts';
import type { Remarks } from './remarks.ts';

/** Whether the dates of one column have the day or the month first, as far as they have shown it. */
export class DayOrder {
  #order: DateOrder | undefined;
  /** The place of a date that may be read both ways, and of one that may not. */
  #either: string | undefined;
  #certain: string | undefined;

  /** `given` is what the options say. */
  constructor(
    private readonly remarks: Remarks,
    given: DateOrder | undefined,
  ) {
    this.#order = given;
  }

  /** What dates have shown, or the options said. */
  get order(): DateOrder | undefined {
    return this.#order;
  }

  /** The meaning of a date, with the day first as long as no order is known. */
  meaning(dated: Dated): number {
    return dated[this.#order ?? 'dmy'];
  }

  /** Whether the dates have an order in common; it is kept where they show which. */
  fits(dates: readonly Dated[]): boolean {
    const fits = (order: DateOrder) => !dates.some((dated) => Number.isNaN(dated[order]));
    if (this.#order) return fits(this.#order);
    const [dmy, mdy] = [fits('dmy'), fits('mdy')];
    if (dmy !== mdy) this.#order = dmy ? 'dmy' : 'mdy';
    return dmy || mdy;
  }

  /**
   * Learns from one more date. Returns whether it shows that in all dates before day and month have to change places.
   * @throws FormatError where that cannot be done
   */
  compare({ dmy, mdy }: Dated, line: number): boolean {
    if (Number.isNaN(dmy) || Number.isNaN(mdy)) {
      if (this.#order) return false;
      const turns = Number.isNaN(dmy) && this.#turns();
      this.#order = Number.isNaN(dmy) ? 'mdy' : 'dmy';
      return turns;
    }
    if (dmy !== mdy) this.ambiguous(line);
    this.see(dmy, mdy, line);
    return false;
  }

  /** Remembers a date that may be read both ways. */
  ambiguous(line: number): void {
    this.#either ??= this.remarks.place(line);
  }

  /** Remembers a date that does not become the other one when day and month change places: of one kind only, or moved by a zone. */
  see(dmy: number, mdy: number, line: number): void {
    if (this.#certain === undefined && otherOrder(dmy) !== mdy) this.#certain = this.remarks.place(line);
  }

  /**
   * Takes the order of other columns where the dates do not show theirs. Returns whether day and month then have to
   * change places.
   * @throws FormatError where nothing shows the order
   */
  settle(others: DateOrder | undefined): boolean {
    if (this.#order !== undefined || this.#either === undefined) return false;
    if (others === undefined) throw this.remarks.undecided(this.#either);
    this.#order = others;
    return others === 'mdy' && this.#turns();
  }

  /** Whether dates may be read both ways. What has only one meaning must not be turned, and is not told from them any more. */
  #turns(): boolean {
    if (this.#either === undefined) return false;
    if (this.#certain !== undefined) throw this.remarks.undecided(this.#either);
    return true;
  }
}
