import type { DateOrder } from './dates.ts';
import type { Stored } from './chunks.ts';
import { Encoding } from './encoding.ts';
import type { NumberFormat } from './numbers.ts';
import type { Settings } from './options.ts';

/** The kind of a column's values: numbers, categories, or times in seconds since 1970-01-01 (UTC). */
export type Kind = 'number' | 'category' | 'time';

/** The most different texts in a column of categories. */
export const mostCategories = 10_000;

/** The options for reading the texts of all columns. */
export interface Reading {
  readonly format: NumberFormat;
  readonly delimiter: number;
  /** The texts that stand for a blank, in lower case. */
  readonly blanks: ReadonlySet<string>;
  readonly encoding: Encoding;
  readonly dateOrder?: DateOrder;
  /** The unit in which messages count positions. */
  readonly unit: 'line' | 'row';
}

/** Returns how texts are read. The default format is that of JSON and Parquet, where numbers are not texts. */
export function readingOf(
  { blanks, dateOrder }: Settings,
  unit: Reading['unit'],
  format: Pick<Reading, 'format' | 'delimiter' | 'encoding'> = {
    format: { decimal: '.' },
    delimiter: 0x2c,
    encoding: new Encoding('utf-8'),
  },
): Reading {
  return { ...format, blanks, dateOrder, unit };
}

/** A column whose values have all been read. */
export interface ColumnData {
  readonly name: string;
  readonly kind: Kind;
  /** The values: numbers or seconds, with NaN for a blank; or indices of categories, with -1 for a blank. */
  readonly values: Stored;
  readonly categories?: readonly string[];
  /** Returns the text of a value, in a column with too many different texts for categories. */
  readonly textOf?: (value: number) => string;
  readonly notes: readonly string[];
  /** The line in which each category occurs first. */
  readonly lines?: readonly number[];
}
