import { readTable, type Table } from '../../../src/index.ts';

/** A stretch of steps, the last exclusive. */
export interface Stretch {
  from: number;
  to: number;
}

/** Where strange stretches lie, first and last moment: `labels/combined_windows.json` of the Numenta Anomaly Benchmark. */
const windows = {
  art_daily_small_noise: [],
  art_daily_jumpsup: [['2014-04-10T16:15:00Z', '2014-04-12T01:45:00Z']],
  machine_temperature_system_failure: [
    ['2013-12-10T06:25:00Z', '2013-12-12T05:35:00Z'],
    ['2013-12-15T17:50:00Z', '2013-12-17T17:00:00Z'],
    ['2014-01-27T14:20:00Z', '2014-01-29T13:30:00Z'],
    ['2014-02-07T14:55:00Z', '2014-02-09T14:05:00Z'],
  ],
} as const satisfies Record<string, readonly (readonly [string, string])[]>;

/** A series of that benchmark, and its strange stretches by steps. */
export async function labelledSeries(name: keyof typeof windows): Promise<{ table: Table; strange: Stretch[] }> {
  const table = await readTable(await fetch(`/data/${name}.csv`));
  const times = Array.from(table.values('timestamp'));
  const strange = windows[name].map(([first, last]) => {
    const [start, end] = [first, last].map((moment) => Date.parse(moment) / 1000);
    return { from: times.findIndex((time) => time >= start), to: times.findLastIndex((time) => time <= end) + 1 };
  });
  return { table, strange };
}
