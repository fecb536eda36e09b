import { distancesShader, smallestShader } from '../../shaders/neighbors.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** The number of values that one invocation searches. */
const strip = 512;

/**
 * The squared distances of `count` queries, beginning with query `first`, from all codes; rows of both are whole vec4s.
 * [codes, count], no gradient.
 */
export function distances(tape: Tape, codes: Tensor, queries: Tensor, first: number, count: number): Tensor {
  const [length, width] = codes.shape;
  const y = tape.tensor([length, count], 'f32', 'distances');
  const constants = { length, first, count, quads: width / 4 };
  const threads = Math.ceil(length / 4) * Math.ceil(count / 4);
  tape.run(distancesShader(), { codes, queries, y }, { constants, threads });
  return y;
}

/**
 * The k smallest values of each column of x [length, columns] and their rows, each [k, columns], k ≤ length. No
 * gradient.
 */
export function smallest(tape: Tape, x: Tensor, k: number): { values: Tensor; rows: Tensor } {
  const [length, columns] = x.shape;
  for (let from: { values: Tensor; rows?: Tensor; length: number } = { values: x, length }; ;) {
    const parts = Math.ceil(from.length / Math.max(strip, 4 * k));
    const to = {
      values: tape.tensor([parts * k, columns], 'f32', 'smallest'),
      rows: tape.tensor([parts * k, columns], 'u32', 'rows'),
    };
    tape.run(
      smallestShader(k, !from.rows),
      { x: from.values, y: to.values, at: to.rows, places: from.rows },
      { constants: { length: from.length, columns, parts }, threads: parts * columns },
    );
    if (parts === 1) return to;
    from = { ...to, length: parts * k };
  }
}
