import { philox, streams } from '../../src/runtime/random.ts';

export type Four = [number, number, number, number];

/** What becomes of four words of chance. */
export type Take = (words: Four) => Four;

/** The words themselves, for what is decided by comparing them. */
export const words: Take = (w) => w;

export const uniforms: Take = (w) => w.map((word) => (word >>> 8) / 2 ** 24) as Four;

/** Box & Muller (1958) in float64. Only u, half a step up so that its logarithm exists, is a float32 as on the device: near 1 that shows. */
export const normals: Take = (w) => {
  const [u, v, s, t] = uniforms(w);
  const radius = (uniform: number) => Math.sqrt(-2 * Math.log(Math.fround(uniform + 2 ** -25)));
  const [a, b] = [2 * Math.PI * v, 2 * Math.PI * t];
  return [radius(u) * Math.cos(a), radius(u) * Math.sin(a), radius(s) * Math.cos(b), radius(s) * Math.sin(b)];
};

/** What is drawn for `count` values in a row, from their place in the whole, the seed, the stream and the step. */
export function drawn(take: Take, count: number, { seed = 0, stream = 0, step = 0 }): Float64Array {
  const y = new Float64Array(count);
  for (let i = 0; i < count; i += 4) y.set(take(philox([i / 4, 0, step, 0], [seed, stream])).slice(0, count - i), i);
  return y;
}

/** Where a step's draws come from: `position` is the place of the batch's first row in the epoch. */
export interface Place {
  seed?: number;
  step?: number;
  position?: number;
  which?: number;
}

/** What is drawn for a batch: each row by its place in the epoch, four neighbours at a time. */
export function drawnForBatch(
  take: Take,
  rows: number,
  columns: number,
  { seed = 0, step = 0, position = 0, which = 0 }: Place,
): Float64Array {
  const y = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += 4) {
      const four = take(philox([column / 4, position + row, step, which], [seed, streams.noise]));
      y.set(four.slice(0, columns - column), row * columns + column);
    }
  }
  return y;
}
