import type { Table } from '../../src/index.ts';

/** When a step was, by the first column of times; else its number. */
export function momentOf(table: Table): (step: number) => string {
  const time = table.columns.find(({ kind }) => kind === 'time');
  if (!time) return String;
  const seconds = table.values(time.name);
  return (step) => (Number.isNaN(seconds[step]) ? '' : new Date(1000 * seconds[step]).toISOString());
}

/** A line for each step; nothing as the score of those that no window covers, or that have no value. */
export function seriesCsv(scores: Float32Array, limit: number, moment: (step: number) => string): string {
  const lines = Array.from(scores, (score, step) =>
    [step, moment(step), Number.isNaN(score) ? '' : score, Number(score >= limit)].join(','),
  );
  return `step,time,score,strange\n${lines.join('\n')}\n`;
}
