/** The colours of dots by the values of a column. */
import { theme, rgb } from '../look.ts';
import type { ColumnValues } from './protocol.ts';
import { valueWords } from '../../table/words.mjs';

export type Color = [red: number, green: number, blue: number];

export interface Coloring {
  /** The number of the colour of each row. */
  labels: Int32Array;
  colors: Color[];
  legend: { words: string; color: Color }[];
}

/** The number of colours from the smallest number to the largest. */
const steps = 16;

/** The colours from dark to bright, so that the order is visible without hue. */
const ramp: readonly Color[] = [
  [84, 39, 136],
  [59, 82, 139],
  [33, 145, 140],
  [94, 190, 98],
  [216, 206, 40],
];

function onRamp(share: number): Color {
  const at = Math.min(0.9999, Math.max(0, share)) * (ramp.length - 1);
  const [from, to] = [ramp[Math.floor(at)], ramp[Math.floor(at) + 1]];
  return from.map((value, i) => Math.round(value + (at % 1) * (to[i] - value))) as Color;
}

export function coloringOf(column: ColumnValues): Coloring {
  return column.kind === 'category' ? ofNames(column.values, column.names) : ofNumbers(column.values, column.kind);
}

/** Returns a colour for each of the most frequent names; the others share one with blanks. */
function ofNames(values: ArrayLike<number>, names: readonly string[]): Coloring {
  const counts = new Array<number>(names.length).fill(0);
  for (let i = 0; i < values.length; i++) if (values[i] >= 0) counts[values[i]]++;
  const palette = theme().classes.map(rgb);
  const ranked = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  const shown = ranked.length <= palette.length ? ranked.sort((a, b) => a - b) : ranked.slice(0, palette.length - 1);
  const rest = shown.length;
  const placeOf = new Int32Array(names.length).fill(rest);
  shown.forEach((name, place) => (placeOf[name] = place));
  const muted = rgb(theme().muted);
  const labels = Int32Array.from(values, (value) => (value < 0 ? rest : placeOf[value]));
  const legend = shown.map((name, place) => ({ words: names[name], color: palette[place] }));
  if (labels.includes(rest)) legend.push({ words: 'others, and blanks', color: muted });
  return { labels, colors: [...palette.slice(0, rest), muted], legend };
}

/**
 * Returns colours for numbers from the 2nd to the 98th percentile, since single outliers would give all others the same
 * colour.
 */
function ofNumbers(values: ArrayLike<number>, kind: 'number' | 'time'): Coloring {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [least, most] = [at(0.02), at(0.98)];
  const labels = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return steps;
    const share = most > least ? (value - least) / (most - least) : 0.5;
    return Math.min(steps - 1, Math.max(0, Math.floor(share * steps)));
  });
  const colors = Array.from({ length: steps }, (_, step) => onRamp(step / (steps - 1)));
  const muted = rgb(theme().muted);
  const legend = [0, 0.5, 1].map((share) => ({
    words: valueWords(least + share * (most - least), kind),
    color: onRamp(share),
  }));
  if (labels.includes(steps)) legend.push({ words: 'blank', color: muted });
  return { labels, colors: [...colors, muted], legend };
}
