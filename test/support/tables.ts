import { readTable, type Table } from '../../src/index.ts';
import { Draw } from './random.ts';

/** A CSV of so many rows, whose columns depend on each other: a clock, a number of a large mean, a category, a small number, a flag; with blanks. */
export function csvOf(rows: number, { blanks = 0.1, seed = 1, blank = '' } = {}): string {
  const draw = new Draw(seed);
  const names = ['idle', 'ready', 'run'];
  const lines = Array.from({ length: rows }, (_, i) => {
    const [u, v, w, ...gone] = draw.floats(8, 0, 1);
    const state = Math.floor(3 * u);
    const cells = [
      `${1.7e9 + i}`,
      `${(1000 + 50 * state + 5 * v).toFixed(3)}`,
      names[state],
      `${(0.001 * (state + w)).toFixed(6)}`,
      state ? 'on' : 'off',
    ];
    return cells.map((cell, c) => (gone[c] < blanks ? blank : cell)).join(',');
  });
  return ['clock,mass,state,flow,power', ...lines].join('\n');
}

export const tableOf = (rows: number, options: Parameters<typeof csvOf>[1] = {}): Promise<Table> =>
  readTable(csvOf(rows, options), { columns: { clock: 'number' } });
