import { expect, it } from 'vitest';
import { distances, smallest } from '../../src/kernels/neighbors.ts';
import { expectClose } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

// What comes of them, test/models/neighbors.test.ts checks; that many queries fall into blocks shows only among millions of distances.
it('squared distances of the queries of a block, at any offset', async () => {
  const { memory, tape } = await recording();
  const draw = new Draw(1);
  const [length, asked, width] = [6, 11, 8];
  const [codes, queries] = [draw.floats(length * width), draw.floats(asked * width)];
  const bound = [memory.put(codes, [length, width]), memory.put(queries, [asked, width])] as const;
  const blocks = [[0, 5], [5, 4], [9, 2], [10, 1], [0, 11]]; // prettier-ignore
  const recorded = blocks.map(([first, count]) => distances(tape, ...bound, first, count));
  const results = await run(tape, recorded);
  blocks.forEach(([first, count], block) => {
    const wanted = Float64Array.from({ length: length * count }, (_, i) => {
      const [code, query] = [Math.floor(i / count), first + (i % count)];
      let sum = 0;
      for (let d = 0; d < width; d++) sum += (codes[code * width + d] - queries[query * width + d]) ** 2;
      return sum;
    });
    expect(results[block].length).toBe(wanted.length);
    expectClose(results[block], wanted, (i) => 1e-6 * wanted[i], `${count} queries from ${first}`);
  });
});

it.each([7, 1500])('the smallest of %i values are valid rows, finite values first', async (length) => {
  const { memory, tape } = await recording();
  const values = Array.from({ length }, (_, i) => [Infinity, NaN, -Infinity][i % 3]);
  [values[5], values[3]] = [2, 3.4028234663852886e38];
  const { values: least, rows } = smallest(tape, memory.put(values, [length, 1]), 5);
  const [found, at] = await run(tape, [least, rows]);
  expect([...at]).toEqual([5, 0, 1, 2, 3]);
  expect([...found].map((value) => value === 2)).toEqual([true, false, false, false, false]);
});
