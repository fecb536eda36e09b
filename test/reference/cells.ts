import { blankCell } from '../../src/runtime/blank.ts';

/** A column of cells: of categories, so many of them with the one for all that are not known; of numbers 0. */
export type CategoryCount = number;

const isBlank = (cell: number): boolean => cell > blankCell / 2;

/** The row that each row of cells stands for: numbers, and a 1 in the place of each category and of each blank. */
export function longRows(x: ArrayLike<number>, columns: readonly CategoryCount[]): number[][] {
  const rows = x.length / columns.length;
  return Array.from({ length: rows }, (_, r) =>
    columns.flatMap((count, c) => {
      const cell = x[r * columns.length + c];
      if (!count) return isBlank(cell) ? [0, 1] : [cell, 0];
      return Array.from({ length: count + 1 }, (_, k) => Number(isBlank(cell) ? k === count : k === cell));
    }),
  );
}

/** Long rows times w [places, units], plus the bias. */
export function cellDense(
  x: ArrayLike<number>,
  columns: readonly CategoryCount[],
  w: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
  units: number,
): Float64Array {
  const rows = longRows(x, columns);
  return Float64Array.from(
    rows.flatMap((row) =>
      Array.from({ length: units }, (_, o) =>
        row.reduce((sum, value, p) => sum + value * w[p * units + o], bias?.[o] ?? 0),
      ),
    ),
  );
}

/** What each cell counts, [rows, columns], NaN where it is blank, with the gradient of its own outputs by them, [rows, outputs]. */
export function cellLosses(y: ArrayLike<number>, x: ArrayLike<number>, columns: readonly CategoryCount[]) {
  const outputs = columns.reduce((sum, count) => sum + Math.max(1, count), 0);
  const rows = x.length / columns.length;
  const losses = new Float64Array(x.length);
  const dy = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    let first = r * outputs;
    columns.forEach((count, c) => {
      const i = r * columns.length + c;
      const size = Math.max(1, count);
      const own = Array.from({ length: size }, (_, k) => y[first + k]);
      if (isBlank(x[i])) losses[i] = NaN;
      else if (!count) {
        losses[i] = 0.5 * (own[0] - x[i]) ** 2;
        dy[first] = own[0] - x[i];
      } else {
        const most = Math.max(...own);
        const total = own.reduce((sum, v) => sum + Math.exp(v - most), 0);
        losses[i] = most - own[x[i]] + Math.log(total);
        own.forEach((v, k) => (dy[first + k] = Math.exp(v - most) / total - Number(k === x[i])));
      }
      first += size;
    });
  }
  return { losses, dy, outputs };
}

/** The loss of each row: the mean over its cells that are not blank, or their sum. */
export function rowLosses(losses: Float64Array, columns: number, mean: boolean): Float64Array {
  return Float64Array.from({ length: losses.length / columns }, (_, r) => {
    const there = losses.slice(r * columns, (r + 1) * columns).filter((loss) => !Number.isNaN(loss));
    const sum = there.reduce((all, loss) => all + loss, 0);
    return mean && there.length ? sum / there.length : sum;
  });
}
