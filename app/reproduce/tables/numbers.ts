/** Tables as matrices of numbers, for what they are compared with: standardised numbers and one-hot vectors. */
import type { TableRow } from '../../../src/index.ts';
import type { Complete } from './sources.ts';

/** Numbers between 0 and 1 that follow from a seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A column as numbers: one, or one for each of its names. */
export interface Encoded {
  readonly name: string;
  readonly names?: readonly string[];
  readonly mean: number;
  readonly deviation: number;
  /** Its first place in a row of numbers. */
  readonly first: number;
  readonly width: number;
}

/** How the columns of rows that may have blanks become numbers. */
export function encoding({ kinds }: Complete, rows: readonly TableRow[]): Encoded[] {
  let first = 0;
  return Object.entries(kinds).map(([name, kind]) => {
    const values = rows.flatMap((row) => (row[name] === null ? [] : [row[name]]));
    const names = kind === 'category' ? [...new Set(values as string[])].sort() : undefined;
    const numbers = names ? [] : (values as number[]);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, numbers.length);
    const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / Math.max(1, numbers.length)) || 1;
    const column = { name, names, mean, deviation, first, width: names?.length ?? 1 };
    first += column.width;
    return column;
  });
}

/** Rows as numbers: a blank is the mean, or no name at all. */
export const encoded = (columns: readonly Encoded[], rows: readonly TableRow[]): number[][] =>
  rows.map((row) =>
    columns.flatMap(({ name, names, mean, deviation }) => {
      const value = row[name];
      if (names) return names.map((each) => Number(each === value));
      return [value === null ? 0 : (Number(value) - mean) / deviation];
    }),
  );
