import { expect, it } from 'vitest';
import { moveTiles, tileOrder } from '../../src/kernels/puzzle.ts';
import { philox, streams } from '../../src/runtime/random.ts';
import { runOne, recording } from '../support/run.ts';

async function orders(rows: number, tiles: number, { seed = 1, which = 0 } = {}): Promise<number[][]> {
  const { tape, state } = await recording({ examples: rows, batch: rows, seed });
  const values = await runOne(tape, tileOrder(tape, rows, tiles, { state, which }));
  return Array.from({ length: rows }, (_, r) => [...values.subarray(r * tiles, (r + 1) * tiles)]);
}

it.each([4, 9, 16])('an order of %i tiles has each tile once', async (tiles) => {
  for (const order of await orders(200, tiles))
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: tiles }, (_, i) => i));
});

it.each([4, 9, 16])('an order of %i tiles equals that on the host', async (tiles) => {
  const seed = 7;
  const twins = Array.from({ length: 20 }, (_, row) => {
    const order = Array.from({ length: tiles }, (_, tile) => tile);
    for (let drawn = 0; drawn < tiles - 1; drawn++) {
      const last = tiles - 1 - drawn;
      const other = philox([drawn >> 2, row, 0, 3], [seed, streams.noise])[drawn & 3] % (last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  });
  expect(await orders(20, tiles, { seed, which: 3 })).toEqual(twins);
});

it('all orders are equally frequent', async () => {
  const rows = 24_000;
  const counts = new Map<string, number>();
  for (const order of await orders(rows, 4)) counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1);
  expect(counts.size).toBe(24);
  // χ² with 23 degrees of freedom stays below 49.7 in 999 of 1000 draws.
  const chi = [...counts.values()].reduce((sum, count) => sum + (count - rows / 24) ** 2 / (rows / 24), 0);
  expect(chi).toBeLessThan(49.7);
});

it('the same seed gives the same orders, and another seed or draw gives others', async () => {
  const first = await orders(20, 9);
  expect(await orders(20, 9)).toEqual(first);
  expect(await orders(20, 9, { seed: 2 })).not.toEqual(first);
  expect(await orders(20, 9, { which: 1 })).not.toEqual(first);
});

it('whole tiles move', async () => {
  const { memory, tape } = await recording();
  // Two images of 4 × 6 with two channels, in tiles of 2 × 3; each value says where it was.
  const x = Float32Array.from({ length: 96 }, (_, i) => i);
  const order = memory.put([3, 1, 0, 2, 0, 1, 2, 3], [2, 4], 'u32');
  const y = await runOne(tape, moveTiles(tape, memory.put(x, [2, 48]), [4, 6, 2], 2, order));
  const tileOf = (values: ArrayLike<number>, image: number, tile: number) =>
    [0, 1].flatMap((row) =>
      Array.from({ length: 6 }, (_, i) => values[image * 48 + ((tile >> 1) * 2 + row) * 12 + (tile & 1) * 6 + i]),
    );
  [3, 1, 0, 2].forEach((from, tile) => expect(tileOf(y, 0, tile)).toEqual(tileOf(x, 0, from)));
  expect(y.subarray(48)).toEqual(x.subarray(48));
});

it('whole tiles move, with different numbers of rows and columns', async () => {
  const { memory, tape } = await recording();
  // An image of 6 × 2, in 3 × 2 tiles of 2 × 1.
  const x = memory.put([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [1, 12]);
  const order = memory.put([5, 0, 3, 1, 2, 4], [1, 6], 'u32');
  const y = await runOne(tape, moveTiles(tape, x, [6, 2, 1], [3, 2], order));
  expect([...y]).toEqual([9, 0, 11, 2, 5, 1, 7, 3, 4, 8, 6, 10]);
});
