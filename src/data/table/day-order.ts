import { otherOrder, type Dated, type DateOrder } from './dates.ts';
import type { Remarks } from './remarks.ts';

/** What other columns show about the order of day and month. */
export interface Evidence {
  readonly order: DateOrder;
  /** The first column that shows an order, which is this one. */
  readonly column: string;
  /** A column that shows the other order, if there is one. */
  readonly contrary?: string;
}

/** The order of day and month in the dates of one column, as far as the dates show it. */
export class DayOrder {
  /** The place of a date that is valid with either order; undefined before the first one. */
  #either: string | undefined;
  #certain: string | undefined;

  constructor(
    private readonly remarks: Remarks,
    /** The order that the options give or the dates show. */
    public order: DateOrder | undefined,
  ) {}

  /** Returns the time of a date, with the day first as long as no order is known. */
  meaning(dated: Dated): number {
    return dated[this.order ?? 'dmy'];
  }

  /** Returns whether all dates are valid with one order; if only one order is possible, it is stored. */
  fits(dates: readonly Dated[]): boolean {
    const fits = (order: DateOrder) => !dates.some((dated) => Number.isNaN(dated[order]));
    if (this.order) return fits(this.order);
    const [dmy, mdy] = [fits('dmy'), fits('mdy')];
    if (dmy !== mdy) this.order = dmy ? 'dmy' : 'mdy';
    return dmy || mdy;
  }

  /**
   * Learns from one more date. Returns whether it shows that day and month have to be exchanged in all earlier dates.
   * @throws FormatError where they cannot be exchanged
   */
  compare({ dmy, mdy }: Dated, line: number): boolean {
    if (Number.isNaN(dmy) || Number.isNaN(mdy)) {
      if (this.order) return false;
      const turns = Number.isNaN(dmy) && this.#turns();
      this.order = Number.isNaN(dmy) ? 'mdy' : 'dmy';
      return turns;
    }
    if (dmy !== mdy) this.ambiguous(line);
    this.see(dmy, mdy, line);
    return false;
  }

  /** Stores the place of the first date that is valid with either order. */
  ambiguous(line: number): void {
    this.#either ??= this.remarks.place(line);
  }

  /**
   * Stores the place of the first date whose day and month cannot be exchanged: it has one meaning, or a time zone has
   * moved it.
   */
  see(dmy: number, mdy: number, line: number): void {
    if (this.#certain === undefined && otherOrder(dmy) !== mdy) this.#certain = this.remarks.place(line);
  }

  /**
   * Takes the order of other columns where the dates do not show theirs, with a note where these differ. Returns
   * whether day and month then have to be exchanged.
   * @throws FormatError where no column shows the order
   */
  settle(others: Evidence | undefined): boolean {
    if (this.order !== undefined || this.#either === undefined) return false;
    if (others === undefined) throw this.remarks.undecided(this.#either);
    this.order = others.order;
    if (others.contrary !== undefined) this.remarks.doubtfulOrder(others.order, others.column, others.contrary);
    return others.order === 'mdy' && this.#turns();
  }

  /**
   * Returns whether some dates are valid with either order.
   * @throws FormatError where others must not be exchanged, since both kinds are stored alike
   */
  #turns(): boolean {
    if (this.#either === undefined) return false;
    if (this.#certain !== undefined) throw this.remarks.undecided(this.#either);
    return true;
  }
}
