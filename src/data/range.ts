import { DataError } from '../errors.ts';
import { inSpells } from '../runtime/pace.ts';
import type { Dataset } from './dataset.ts';

/** The smallest and largest value with their positions. */
export interface Range {
  /** The smallest value. */
  readonly least: number;
  /** The index of the smallest value. */
  readonly leastAt: number;
  /** The largest value. */
  readonly most: number;
  /** The index of the largest value. */
  readonly mostAt: number;
}

/** The number of values processed between two checks of the clock. */
const stretch = 2 ** 13;

/**
 * Returns the range of the values other than `blank`.
 * @throws the error that `refuse` makes for the first value that is not finite
 */
export async function rangeOf(
  data: Uint8Array | Float32Array,
  refuse: (value: number, at: number) => DataError,
  blank?: number,
): Promise<Range> {
  // The index of the first value that is not blank, or 0 if all are blank.
  const first = Math.max(0, blank === undefined ? 0 : data.findIndex((value) => value !== blank));
  let [leastAt, mostAt] = [first, first];
  for await (const start of inSpells(data.length, stretch)) {
    for (let i = start; i < Math.min(start + stretch, data.length); i++) {
      const value = data[i];
      if (value === blank) continue;
      if (!Number.isFinite(value)) throw refuse(value, i);
      if (value < data[leastAt]) leastAt = i;
      if (value > data[mostAt]) mostAt = i;
    }
  }
  return { least: data[leastAt], leastAt, most: data[mostAt], mostAt };
}

/** Returns the position of a value in words. */
export const place = (i: number, features: number): string => `row ${Math.floor(i / features)}, column ${i % features}`;

/** Returns the position of a value of a series in words. */
export const stepOf = (i: number, channels: number): string =>
  `step ${Math.floor(i / channels)}, channel ${i % channels}`;

/** Checks that values lie within [0, 1], as the losses of probabilities require. @throws DataError */
export function checkProbabilities(data: Dataset, loss = 'bce'): void {
  const { least, leastAt, most, mostAt } = data.storage.range;
  const { series } = data;
  const where = (at: number) => (series ? stepOf(at, series.channels) : place(at, data.features));
  if (least < 0)
    throw new DataError(`${loss}: ${least} at ${where(leastAt)} is outside [0, 1]; scale the data, or use loss: 'mse'`);
  // The rounding of bytes times 1/255 may give values slightly above 1.
  if (most > 1 + 1e-6)
    throw new DataError(`${loss}: ${most} at ${where(mostAt)} is outside [0, 1]; scale the data, or use loss: 'mse'`);
}
