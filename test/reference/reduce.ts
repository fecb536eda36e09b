type Numbers = ArrayLike<number>;

/** Reduces each line of values along an axis, or all of them, by `line`; its second argument is where they lie. */
export function reduce(
  x: Numbers,
  shape: readonly number[],
  axis: number | undefined,
  line: (values: number[], places: number[]) => number,
): Float64Array {
  if (axis === undefined)
    return Float64Array.of(
      line(
        Array.from(x),
        Array.from(x, (_, i) => i),
      ),
    );
  const at = axis < 0 ? axis + shape.length : axis;
  const product = (sides: readonly number[]) => sides.reduce((p, n) => p * n, 1);
  const [outer, length, inner] = [product(shape.slice(0, at)), shape[at], product(shape.slice(at + 1))];
  const y = new Float64Array(outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const places = Array.from({ length }, (_, l) => (o * length + l) * inner + i);
      y[o * inner + i] = line(
        places.map((place) => x[place]),
        places,
      );
    }
  }
  return y;
}

export const total = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0);
export const average = (values: readonly number[]): number => total(values) / values.length;
export const largest = (values: readonly number[]): number => values.reduce((most, v) => Math.max(most, v), -Infinity);
/** The first place of the largest. */
export const firstLargest = (values: readonly number[]): number => values.indexOf(largest(values));
