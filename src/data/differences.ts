/**
 * Whether the numbers of a column stay distinct in float32, which has 24 bits: of the whole numbers beyond 2²⁴ =
 * 16,777,216 it has only some.
 *
 * Rounding as such does no harm: a number of nine or more digits differs from its float32 by a 30-millionth. A column
 * has lost its differences if more than half of its rows hold a number that became the same float32 as another,
 * different number of the column. A column with fractions may do so: as long as its range spans a thousand steps of
 * float32 it is finer than most instruments, and differences of a trillionth, as sums leave them, do not count.
 */

/** The number of float32 steps in a range that is fine enough for numbers with fractions. */
const manySteps = 1024;

/** The relative rounding error of float64 in earlier calculations. */
const noise = 1e-12;

/** The first number from which float32 does not have every whole number. */
const firstGap = 2 ** 24;

/** Observes the numbers of each column as they are rounded. */
export class Differences {
  readonly #columns: { least: number; most: number; rounded: boolean; fractions: boolean; large: number[] }[];

  constructor(columns: number) {
    this.#columns = Array.from({ length: columns }, () => ({
      ...{ least: Infinity, most: -Infinity, rounded: false, fractions: false },
      large: [],
    }));
  }

  add(column: number, value: number, float: number): void {
    const seen = this.#columns[column];
    if (value < seen.least) seen.least = value;
    if (value > seen.most) seen.most = value;
    if (value !== float) {
      seen.rounded = true;
      if (!Number.isInteger(value)) seen.fractions = true;
    }
    if (!seen.fractions && Math.abs(value) >= firstGap) seen.large.push(value);
  }

  /**
   * Returns what a column of `rows` rows has lost and a remedy, in words, if it has lost its differences. `again`
   * returns all its numbers: only some columns with fractions are read again.
   */
  lost(column: number, rows: number, again: () => Float64Array): string | undefined {
    const { least, most, rounded, fractions, large } = this.#columns[column];
    if (!rounded) return undefined;
    const size = Math.max(Math.abs(least), Math.abs(most));
    const step = 2 ** (Math.max(Math.floor(Math.log2(size)), -126) - 23);
    if (fractions && (most - least >= manySteps * step || most - least <= noise * size)) return undefined;
    const pair = twins(fractions ? again() : Float64Array.from(large), rows);
    return (
      pair &&
      `loses its differences in float32: ${pair[0]} and ${pair[1]} become the same number, and so do most others of it; subtract ${least} from all of them first, or leave the column out`
    );
  }
}

/**
 * Two different numbers that are equal in float32, if more than half of `rows` numbers have such a twin. It sorts the
 * values.
 */
function twins(values: Float64Array, rows: number): [number, number] | undefined {
  values.sort();
  let found: [number, number] | undefined;
  let lost = 0;
  for (let i = 0, end = 0; i < values.length; i = end) {
    const float = Math.fround(values[i]);
    while (end < values.length && Math.fround(values[end]) === float) end++;
    if (values[end - 1] === values[i]) continue;
    lost += end - i;
    found ??= [values[i], values.subarray(i, end).find((value) => value !== values[i])!];
  }
  return 2 * lost > rows ? found : undefined;
}
