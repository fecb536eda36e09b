/** How a visitor wants a file to be read and used. What is not said is guessed by the reader, or chosen as the command line does. */
import type { TableOptions } from '../../../src/index.ts';
import type { Wishes } from '../../table/columns.ts';

export const views = ['rows', 'series'] as const;
export const uses = ['number', 'category', 'time', 'leave', 'label'] as const;

/** What a column is to be, or what it is used for. */
export type Use = (typeof uses)[number];

export interface Choices {
  /** What is looked for: strange rows, or strange stretches of time. */
  view: (typeof views)[number];
  delimiter?: string;
  decimal?: '.' | ',';
  thousands?: ',' | '.' | ' ' | "'";
  dateOrder?: 'dmy' | 'mdy';
  /** A word that stands for a blank, besides the usual ones. */
  missing?: string;
  columns: Readonly<Record<string, Use>>;
  /** The share of rows, or of steps, that is called strange. */
  share: number;
  /** The column that colours the map; none for the score. */
  color?: string;
  /** Steps of training; none for as many as suit the table. */
  steps?: number;
  seed: number;
}

export const defaultChoices: Choices = { view: 'rows', columns: {}, share: 0.01, seed: 0 };

/** Words that stand for a blank wherever nothing else is said. */
const usualBlanks = ['NA', 'N/A', 'NaN', 'null', '?', '-'];

/** What `readTable` is told. */
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

/** Columns that are learned or left out because the visitor says so. */
export const wishesOf = ({ columns }: Choices): Wishes =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([name, use]) =>
      use === 'label' ? [] : [[name, use === 'leave' ? 'leave' : 'use'] as const],
    ),
  );

/** What has to be done anew after a change: the reading with all that follows, or nothing but what is shown. */
export function needsReading(before: Choices, after: Choices): boolean {
  const told = ({ share: _, color: __, ...rest }: Choices) => JSON.stringify(rest);
  return told(before) !== told(after);
}
