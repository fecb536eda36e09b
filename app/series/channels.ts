import type { Table } from '../../src/index.ts';

/** What a series takes of a table. */
export interface Channels {
  /** The table without its columns of names; where numbers are blank, the numbers themselves, step by step, with the blanks bridged. */
  values: Table | Float32Array;
  /** Columns of numbers. */
  channels: string[];
  /** Columns that are not taken: names, and numbers that are all blank. */
  left: string[];
  /** How many blanks were bridged. */
  bridged: number;
}

/** The numbers of a table as the channels of a series. A blank gets the value on the straight line between its neighbours. */
export function channelsOf(table: Table): Channels {
  const { columns, length } = table;
  const left = columns.filter(({ kind, missing }) => kind === 'category' || missing === length).map(({ name }) => name);
  const used = columns.filter(({ kind, name }) => kind === 'number' && !left.includes(name));
  const channels = used.map(({ name }) => name);
  const bridged = used.reduce((sum, { missing }) => sum + missing, 0);
  if (!bridged) return { values: left.length ? table.without(...left) : table, channels, left, bridged };
  const values = new Float32Array(length * channels.length);
  channels.forEach((name, channel) => {
    bridge(table.values(name)).forEach((value, step) => (values[step * channels.length + channel] = value));
  });
  return { values, channels, left, bridged };
}

/** Numbers without blanks: those before the first number and behind the last are as it is. */
export function bridge(values: ArrayLike<number>): Float64Array {
  const whole = Float64Array.from(values);
  let last = -1;
  for (let step = 0; step <= whole.length; step++) {
    if (step < whole.length && Number.isNaN(whole[step])) continue;
    const [from, to] = [whole[last] ?? whole[step], whole[step] ?? whole[last]];
    for (let at = last + 1; at < step; at++) whole[at] = from + ((to - from) * (at - last)) / (step - last);
    last = step;
  }
  return whole;
}
