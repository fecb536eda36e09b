import { describe, expect, it } from 'vitest';
import { matmul, product } from '../../src/kernels/matmul.ts';
import { sharedTilings, tilings as tilingsOf } from '../../src/kernels/tilings.ts';
import { ShapeError } from '../../src/errors.ts';
import { activations } from '../reference/activation.ts';
import { matmul as reference } from '../reference/matmul.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedGpu, smallTiles } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, runOne, recording } from '../support/run.ts';
import { takenFor } from '../support/taken-for.ts';
import {
  checkProducts,
  epilogueShapes,
  expectAdded,
  expectRowSums,
  shapeA,
  shapeB,
  transposed,
  transposings,
  type Shape,
} from '../support/products.ts';

// 4 and 8 are the tile's sides; a workgroup holds 64 tiles. Sides that are multiples of 4 or are not, and tiles, make pipelines; compiling those is
// what takes time. matmul.long.test.ts has more.
const awkward: Shape[] = [
  [1, 1, 1],
  [3, 5, 7],
  [1, 64, 9],
  [65, 1, 3],
  [2, 2, 20001],
  [8, 8, 8],
  [63, 65, 6],
];

describe.each(transposings)('matmul, transposeA $transposeA, transposeB $transposeB', (transposes) => {
  const seed = transposings.indexOf(transposes);

  it('fits float64 at awkward shapes', async () => {
    await checkProducts(await sharedGpu(), transposed(transposes, awkward), new Draw(seed));
  });

  it('keeps an infinity in its own row or column, even if k is padded to a multiple of 4', async () => {
    const { memory, tape } = await recording(undefined, await smallTiles());
    const sides = { m: 8, n: 12, k: 5, ...transposes };
    const draw = new Draw(50 + seed);
    const [a, b] = [draw.offZero(40), draw.offZero(60)];
    const infinite = (values: Float32Array) => values.with(values.length - 1, Infinity);
    const put = (x: Float32Array, y: Float32Array) =>
      matmul(tape, memory.put(x, shapeA(sides)), memory.put(y, shapeB(sides)), transposes);
    const [left, right] = await run(tape, [put(infinite(a), b), put(a, infinite(b))]);
    expectClose(left, reference(infinite(a), b, sides).y, 2e-6);
    expectClose(right, reference(a, infinite(b), sides).y, 2e-6);
  });

  it('has the right gradient', async () => {
    const gpu = await smallTiles();
    const draw = new Draw(30 + seed);
    for (const [m, n, k] of [
      [1, 1, 1],
      [3, 5, 7],
      [9, 4, 6],
      [8, 10, 12],
    ] as const) {
      const sides = { m, n, k, ...transposes };
      await checkGradient(gpu, {
        inputs: [
          { values: draw.floats(m * k), shape: shapeA(sides) },
          { values: draw.floats(k * n), shape: shapeB(sides) },
        ],
        build: (tape, a, b) => matmul(tape, a, b, transposes),
        reference: (a, b) => reference(a, b, sides).y,
        name: `${m}x${n}x${k}`,
      });
    }
  });
});

describe('tilings that add in another order', () => {
  it('are for GPUs, include one with several invocations for a tile for few outputs and a long k, and never come first', async () => {
    const [processor, gpu] = [await takenFor(true), await smallTiles()];
    const splits = (of: typeof gpu, m: number, n: number, k: number) =>
      tilingsOf(of, m, n, k / 32).map(({ split = 1 }) => split);
    expect(splits(gpu, 256, 32, 784).slice(0, 2)).toEqual([1, 16]);
    expect(splits(gpu, 784, 32, 256)).toContain(8);
    expect(splits(gpu, 2, 2, 64)).toContain(2);
    for (const [m, n, k] of [
      [2, 2, 63],
      [256, 784, 32],
      [1024, 1024, 1024],
    ] as const)
      expect(splits(gpu, m, n, k).every((split) => split === 1)).toBe(true);
    expect(splits(processor, 256, 32, 784).every((split) => split === 1)).toBe(true);
    // The order of the first is that of all adapters.
    for (const shape of [256, 2048]) expect(tilingsOf(gpu, shape, shape, shape / 32)[0].oneByOne).toBeUndefined();
  });

  it('share their loads only if a GPU gets 64 workgroups', async () => {
    const [processor, gpu] = [await takenFor(true), await smallTiles()];
    const sides = (of: typeof gpu, m: number, n: number) => sharedTilings(of, m, n).map(({ rows }) => rows);
    expect(sides(gpu, 512, 512)).toEqual([8, 4]);
    expect(sides(gpu, 256, 256)).toEqual([4]);
    expect(sides(gpu, 224, 256)).toEqual([]);
    expect(sides(processor, 2048, 2048)).toEqual([]);
  });
});

describe('the product’s epilogue', () => {
  // Each of the others stands in the same place of the text: dense.long.test.ts has them.
  it.each(['linear', 'tanh', 'gelu'] as const)('adds the bias and applies %s', async (activation) => {
    const draw = new Draw(50);
    for (const { gpu, m, n, k } of await epilogueShapes()) {
      const { memory, tape } = await recording(undefined, gpu);
      const [a, b, bias] = [draw.floats(m * k), draw.floats(k * n), draw.floats(n)];
      const y = tape.tensor([m, n]);
      const operands = { a: memory.put(a, [m, k]), b: memory.put(b, [n, k]), bias: memory.put(bias) };
      product(tape, { ...operands, y, activation, transposeB: true });
      const actual = await runOne(tape, y);
      const wanted = reference(a, b, { m, n, k, transposeB: true }).y.map((sum, i) =>
        activations[activation].f(sum + bias[i % n]),
      );
      expectNear(actual, wanted, 2e-6, `${m}x${n}x${k}`);
    }
  });

  it('sums the rows of the left side', async () => {
    // In the last, the tiles fill their workgroups, so that the sums need one more.
    const shapes = [[1, 1, 1], [3, 5, 7], [8, 4, 64], [516, 3, 9], [1, 512, 3]] as const; // prettier-ignore
    await expectRowSums(await takenFor(true), shapes);
    await expectRowSums(await smallTiles(), shapes.slice(1, 4));
  });

  it('adds to an existing gradient', async () => {
    // The shapes are among those above, as each kind of shape is a pipeline of its own.
    for (const shape of [[3, 5, 7], [8, 4, 64]] as const) await expectAdded(shape); // prettier-ignore
    await expectAdded([9, 12, 70], { rows: 4, columns: 4, quads: false, group: 64, split: 2 });
  });
});

it('refuses sides that do not fit', async () => {
  const { memory, tape } = await recording();
  const [a, b] = [memory.put(new Float32Array(6), [2, 3]), memory.put(new Float32Array(8), [2, 4])];
  await expectRefused(ShapeError, /3 columns.*2 rows.*\[2, 3\].*\[2, 4\]/, () => matmul(tape, a, b));
  expect(() => matmul(tape, a, b, { transposeB: true })).toThrow(ShapeError);
  expect(matmul(tape, a, b, { transposeA: true }).shape).toEqual([3, 4]);
  expect(() => matmul(tape, a, memory.put([1, 2, 3]))).toThrow(/two matrices/);
  // Only the left side may have more than two, and only as it stands.
  const solid = tape.tensor([2, 2, 3]);
  expect(() => matmul(tape, solid, b)).toThrow(/3 columns.*2 rows.*\[2, 2, 3\].*\[2, 4\]/);
  expect(() => matmul(tape, solid, b, { transposeA: true })).toThrow('two matrices, not [2, 2, 3] and [2, 4]');
  expect(() => matmul(tape, a, tape.tensor([1, 3, 4]))).toThrow(ShapeError);
});
