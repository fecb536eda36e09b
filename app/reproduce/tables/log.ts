/** A log of sensors as people have them: a time, a machine's name, twelve columns of different units that depend on each other, blanks, and some strange cells. */
import { uniform } from './numbers.ts';

/** How much each column varies beside what the others say, roughly: strange cells are off by some times as much. */
const spreads = {
  temperature: 9,
  pressure: 900,
  flow: 0.004,
  voltage: 2.5,
  current: 3,
  power: 0.7,
  rpm: 130,
  vibration: 0.15,
  humidity: 8,
  torque: 3.5,
  level: 0.45,
  noise: 4,
};
type Name = keyof typeof spreads;
const names = Object.keys(spreads) as Name[];

/** Rows of one a minute, and of each the column with the strange cell, if it has one. */
export function sensorLog(count: number, seed: number): { csv: string; guilty: (Name | undefined)[] } {
  const u = uniform(seed);
  // Box and Muller 1958.
  const normal = () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());
  const lines = [`timestamp,machine,${names.join(',')}`];
  const guilty: (Name | undefined)[] = [];
  let load = 0;
  for (let i = 0; i < count; i++) {
    load = 0.95 * load + 0.3 * normal();
    const day = Math.sin((2 * Math.PI * i) / 1440);
    const machine = Math.floor(5 * u());
    const own = [0, 0.5, -0.5, 1, -1][machine];
    const voltage = 230 + 2 * normal() - 1.5 * load;
    const current = 12 + 3 * load + 0.4 * own + 0.3 * normal();
    const rpm = 1500 + 120 * load + 40 * own + 12 * normal();
    const power = (voltage * current) / 1000 + 0.05 * normal();
    const cells: Record<Name, number> = {
      temperature: 60 + 8 * load + 5 * day + 3 * own + normal(),
      pressure: 101_325 + 900 * load + 120 * normal(),
      flow: 0.02 + 0.004 * load + 0.0008 * own + 0.0005 * normal(),
      voltage,
      current,
      power,
      rpm,
      vibration: 0.8 + 0.2 * Math.abs(load) + 0.05 * normal(),
      humidity: 45 - 10 * day + 2 * normal(),
      torque: (9549 * power) / rpm + 0.3 * normal(),
      level: 3 + 0.6 * day + 0.1 * normal(),
      noise: 62 + 4 * load + normal(),
    };
    const strange = u() < 0.005 ? names[Math.floor(names.length * u())] : undefined;
    if (strange) cells[strange] += (u() < 0.5 ? -1 : 1) * (3 + 2 * u()) * spreads[strange];
    guilty.push(strange);
    const time = new Date(Date.UTC(2026, 0, 1) + 60_000 * i).toISOString();
    lines.push([time, `m${machine}`, ...names.map((name) => (u() < 0.01 ? '' : cells[name].toPrecision(6)))].join(','));
  }
  return { csv: lines.join('\n'), guilty };
}
