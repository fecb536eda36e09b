type Numbers = ArrayLike<number>;

/** The places of the k largest, ascending; of equals those in front, and NaN before all numbers. */
export function largest(values: Numbers, k: number): number[] {
  const rank = (i: number) => (Number.isNaN(values[i]) ? Infinity : values[i]);
  const order = Array.from(values, (_, i) => i).sort((a, b) => (rank(a) === rank(b) ? a - b : rank(b) - rank(a)));
  return order.slice(0, k).sort((a, b) => a - b);
}

/** The values at these places, 0 in the others. */
export function only(values: Numbers, places: readonly number[]): Float64Array {
  const y = new Float64Array(values.length);
  for (const i of places) y[i] = values[i];
  return y;
}

/** The places of the k largest of each row, one row behind the other. */
export const largestOfRows = (values: Numbers, columns: number, k: number): number[] =>
  Array.from({ length: values.length / columns }, (_, row) =>
    largest(
      Array.from({ length: columns }, (_, i) => values[row * columns + i]),
      k,
    ).map((i) => row * columns + i),
  ).flat();

/** The k largest of each row, 0 else. */
export const topK = (values: Numbers, columns: number, k: number): Float64Array =>
  only(values, largestOfRows(values, columns, k));

/** The k · rows largest of a batch, 0 else. */
export const topKOfBatch = (values: Numbers, columns: number, k: number): Float64Array =>
  only(values, largest(values, (k * values.length) / columns));

/** Where the threshold goes that batches move on. */
export function movedThreshold(before: number, batches: number, kept: Numbers): { threshold: number; batches: number } {
  const positive = Array.from(kept).filter((value) => value > 0);
  if (!positive.length) return { threshold: before, batches };
  const share = Math.max(1 / (batches + 1), 0.01);
  return { threshold: before + share * (Math.min(...positive) - before), batches: batches + 1 };
}
