/**
 * A visitor's choices for reading and using a file. For absent choices the reader guesses, or the defaults of the
 * command line hold.
 */
import type { TableOptions } from '../../../src/index.ts';
import type { Wishes } from '../../table/columns.ts';

export const views = ['rows', 'series'] as const;
export const uses = ['number', 'category', 'time', 'leave', 'label'] as const;

/** The kind or the use of a column. */
export type Use = (typeof uses)[number];

export interface Choices {
  /** The kind of anomalies: rows, or intervals of time. */
  view: (typeof views)[number];
  delimiter?: string;
  decimal?: '.' | ',';
  thousands?: ',' | '.' | ' ' | "'";
  dateOrder?: 'dmy' | 'mdy';
  /** A further word that stands for a blank. */
  missing?: string;
  columns: Readonly<Record<string, Use>>;
  /** The share of rows, or of steps, that counts as anomalous. */
  share: number;
  /** The column that colours the map; by default the score does. */
  color?: string;
  /** The number of training steps; by default it follows from the table. */
  steps?: number;
  seed: number;
}

export const defaultChoices: Choices = { view: 'rows', columns: {}, share: 0.01, seed: 0 };

/** The words that stand for a blank by default. */
const usualBlanks = ['NA', 'N/A', 'NaN', 'null', '?', '-'];

/** Returns the options for `readTable`. */
export function readingOptions({ delimiter, decimal, thousands, dateOrder, missing, columns }: Choices): TableOptions {
  const kinds = Object.entries(columns).filter(([, use]) => use === 'number' || use === 'category' || use === 'time');
  const label = Object.keys(columns).find((name) => columns[name] === 'label');
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(decimal !== undefined && { decimal }),
    ...(thousands !== undefined && { thousands }),
    ...(dateOrder !== undefined && { dateOrder }),
    ...(missing !== undefined && { missing: [...usualBlanks, missing] }),
    ...(label !== undefined && { label }),
    ...(kinds.length > 0 && { columns: Object.fromEntries(kinds) as Record<string, 'number'> }),
  };
}

/** Returns the columns that the visitor wants to use or to leave out. */
export const wishesOf = ({ columns }: Choices): Wishes =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([name, use]) =>
      use === 'label' ? [] : [[name, use === 'leave' ? 'leave' : 'use'] as const],
    ),
  );

/** Returns whether the file has to be read again after a change of choices; otherwise only the display changes. */
export function needsReading(before: Choices, after: Choices): boolean {
  const trainingKey = ({ share: _, color: __, ...rest }: Choices) => JSON.stringify(rest);
  return trainingKey(before) !== trainingKey(after);
}
