/** The examples above the threshold, with their names, their reasons and their own columns. */
import { headOf, nameOf } from './origin.ts';
import type { Answer, Opened } from './protocol.ts';
import { csvLine } from './table.ts';

/** The column that an example's error comes from most. */
export interface Reason {
  column: string;
  value: number;
  /** what the model makes of it */
  expected: number;
  /** of the whole error, from 0 to 1 */
  share: number;
}

/** Of each example that was asked about. */
export function reasonsOf(columns: string[], { errors, values, reconstruction }: Answer<'blame'>): Reason[] {
  const width = columns.length;
  return Array.from({ length: errors.length / width }, (_, example) => {
    const own = errors.subarray(example * width, (example + 1) * width);
    const most = own.indexOf(own.reduce((a, b) => Math.max(a, b)));
    const total = own.reduce((sum, error) => sum + error, 0);
    const at = example * width + most;
    return {
      column: columns[most],
      value: values[at],
      expected: reconstruction[at],
      share: total > 0 ? own[most] / total : 0,
    };
  });
}

/** Numbers of 32 bits, without the digits that 64 bits add. */
const written = (value: number): string => `${Number(value.toPrecision(7))}`;

/** A file of what is flagged: of a table each row as it stands in the visitor's file, of pictures their pixels. */
export function flaggedCsv(
  { origin, labels, classes, shape }: Pick<Opened['data'], 'origin' | 'labels' | 'classes' | 'shape'>,
  examples: number[],
  scores: Float32Array,
  own: { reasons: Reason[]; names: string[]; lines: Map<number, string[]> } | { pixels: Float32Array },
): string {
  const first = (example: number) => (origin.rows ? `${origin.rows[example] + 1}` : nameOf(origin, example));
  if ('reasons' in own) {
    const head = [headOf(origin), 'error', 'most blamed column', 'expected there', 'share of the error', ...own.names];
    const lines = examples.map((example, i) => {
      const { column, expected, share } = own.reasons[i];
      const line = own.lines.get(origin.rows![example])!;
      return csvLine([first(example), written(scores[example]), column, written(expected), share.toFixed(3), ...line]);
    });
    return [csvLine(head), ...lines].join('\n');
  }
  const size = shape.reduce((product, n) => product * n, 1);
  const pixels = Array.from({ length: size }, (_, i) => `pixel ${i}`);
  const head = [headOf(origin), 'error', ...(labels ? ['class'] : []), ...pixels];
  const lines = examples.map((example, i) =>
    csvLine([
      first(example),
      written(scores[example]),
      ...(labels ? [classes[labels[example]]] : []),
      ...Array.from(own.pixels.subarray(i * size, (i + 1) * size), written),
    ]),
  );
  return [csvLine(head), ...lines].join('\n');
}
