/** Writes the pictures above the threshold, with their names, classes and pixels, to a file. */
import { field } from '../table/csv.ts';
import type { Opened } from './protocol.ts';

/** Returns a float32 without the digits that its conversion to float64 adds. */
const written = (value: number): string => `${Number(value.toPrecision(7))}`;

/** Returns the flagged examples as CSV. */
export function flaggedCsv(
  { names, labels, classes, shape }: Pick<Opened['data'], 'names' | 'labels' | 'classes' | 'shape'>,
  examples: number[],
  scores: Float32Array,
  values: Float32Array,
): string {
  const size = shape.reduce((product, n) => product * n, 1);
  const pixels = Array.from({ length: size }, (_, i) => `pixel ${i}`);
  const head = ['picture', 'error', ...(labels ? ['class'] : []), ...pixels];
  const lines = examples.map((example, i) =>
    [
      names[example],
      written(scores[example]),
      ...(labels ? [classes[labels[example]]] : []),
      ...Array.from(values.subarray(i * size, (i + 1) * size), written),
    ]
      .map(field)
      .join(','),
  );
  return [head.map(field).join(','), ...lines].join('\n');
}
