/** Anomalies that are known: in some rows of a table one cell is that of another row. */
import type { TableRow } from '../../../src/index.ts';
import { uniform } from './numbers.ts';
import type { Complete } from './sources.ts';

export interface Planted {
  readonly rows: TableRow[];
  /** Of each row the column that was changed, if one was. */
  readonly guilty: (string | undefined)[];
}

/** So many deviations a number has to move: less is no anomaly. */
const least = 2;

/** Changes one cell in a share of the rows to that of another row, drawn at random; a number has to differ by some deviations, a name to be another. */
export function plant({ kinds, rows }: Complete, share: number, seed: number): Planted {
  const u = uniform(seed);
  const names = Object.keys(kinds);
  const deviations = names.map((name) => {
    if (kinds[name] === 'category') return 0;
    const values = rows.map((row) => Number(row[name]));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  });
  const guilty: (string | undefined)[] = [];
  const changed = rows.map((row) => {
    const chosen = u() < share;
    guilty.push(undefined);
    if (!chosen) return row;
    for (let tries = 0; tries < 100; tries++) {
      const c = Math.floor(u() * names.length);
      const name = names[c];
      const other = rows[Math.floor(u() * rows.length)][name];
      const differs =
        kinds[name] === 'category'
          ? other !== row[name]
          : Math.abs(Number(other) - Number(row[name])) >= least * deviations[c];
      if (!differs) continue;
      guilty[guilty.length - 1] = name;
      return { ...row, [name]: other };
    }
    return row;
  });
  return { rows: changed, guilty };
}
