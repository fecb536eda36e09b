/** The examples that come with the page, made by generators in this repository, which always return the same values. */
import { sensorLog } from '../../reproduce/tables/log.ts';
import { uniform } from '../../reproduce/tables/numbers.ts';

export const exampleNames = ['machines', 'building'] as const;
export type ExampleName = (typeof exampleNames)[number];

interface Example {
  /** The name of its file. */
  file: string;
  title: string;
  /** Its origin, and the anomalies in it. */
  about: string;
  text(): string;
}

export const examples: Record<ExampleName, Example> = {
  machines: {
    file: 'machines.csv',
    title: 'A log of five machines',
    about:
      'Made up by a seeded generator of this page: 4,000 rows with a time, a machine’s name, twelve columns of different units, and blanks. In about one row of two hundred a cell was moved.',
    text: () => sensorLog(4000, 7).csv,
  },
  building: {
    file: 'building.csv',
    title: 'Power use of a building, by the hour',
    about:
      'Made up by a seeded generator of this page: fourteen weeks of an office. On one Sunday it works as on a Tuesday, in one night the heating stays on, and for half a day the meter is stuck.',
    text: () => building(14, 5),
  },
};

/** Returns hourly rows of an office, whose heating and lights follow the working week and the weather. */
function building(weeks: number, seed: number): string {
  const u = uniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());
  const lines = ['time,power_kW,outside_C'];
  let weather = 0;
  let stuck = 0;
  for (let hour = 0; hour < weeks * 168; hour++) {
    const day = Math.floor(hour / 24);
    const clock = hour % 24;
    // The first day is a Monday. The Sunday of the tenth week is like a working day, which is an anomaly.
    const weekday = day % 7 < 5 || day === 69;
    weather = 0.98 * weather + 0.5 * normal();
    const outside = 8 + 4 * Math.sin((2 * Math.PI * (clock - 9)) / 24) + weather;
    const people = weekday ? Math.max(0, Math.sin((Math.PI * (clock - 6)) / 14)) : 0;
    const heating = 0.8 * Math.max(0, 18 - outside) * (people > 0 || (day === 31 && clock < 6) ? 1 : 0.25);
    let power = 4 + 22 * people + heating + (day === 31 && clock < 6 ? 9 : 0) + 0.8 * normal();
    if (day === 50 && clock >= 8 && clock < 20) power = stuck;
    stuck = power;
    const time = new Date(Date.UTC(2026, 0, 5) + 3_600_000 * hour).toISOString();
    lines.push([time, power.toFixed(2), outside.toFixed(1)].join());
  }
  return lines.join('\n');
}
