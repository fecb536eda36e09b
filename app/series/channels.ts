import type { Table } from '../../src/index.ts';

/** What a series takes of a table. */
export interface Channels {
  /** The table without what is left out. */
  values: Table;
  /** Columns of numbers. */
  channels: string[];
  /** Columns that are not taken: names, and numbers that are all blank. */
  left: string[];
  /** The number of blanks in the channels. */
  blanks: number;
}

/** The columns of numbers of a table as the channels of a series. */
export function channelsOf(table: Table): Channels {
  const { columns, length } = table;
  const left = columns.filter(({ kind, missing }) => kind === 'category' || missing === length).map(({ name }) => name);
  const used = columns.filter(({ kind, name }) => kind === 'number' && !left.includes(name));
  return {
    values: left.length ? table.without(...left) : table,
    channels: used.map(({ name }) => name),
    left,
    blanks: used.reduce((sum, { missing }) => sum + missing, 0),
  };
}
