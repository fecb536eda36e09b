import type { DateOrder } from './dates.ts';
import type { Stored } from './chunks.ts';
import type { Encoding } from './encoding.ts';
import type { NumberFormat } from './numbers.ts';

/** What the values of a column are: numbers, one of several names each, or moments in seconds since 1970-01-01 (UTC). */
export type Kind = 'number' | 'category' | 'time';

/** The most different texts of a column of categories. */
export const mostCategories = 10_000;

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
