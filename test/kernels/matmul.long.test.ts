import { describe, expect, it } from 'vitest';
import { activationNames, type ActivationName } from '../../src/kernels/activation.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { matmul, product, type Tiling } from '../../src/kernels/matmul.ts';
import { savedForSlope } from '../../shaders/activation.ts';
import { tilingName } from '../../shaders/tiles.ts';
import { sizeOf } from '../../src/runtime/tensor.ts';
import { activations } from '../reference/activation.ts';
import { matmul as reference } from '../reference/matmul.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { sharedGpu, smallTiles } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, runOne, recording } from '../support/run.ts';
import {
  bound,
  checkProducts,
  epilogueShapes,
  expectAdded,
  expectRowSums,
  inOtherOrders,
  possible,
  shapeA,
  shapeB,
  tilings,
  transposed,
  transposings,
} from '../support/products.ts';

// 4 and 8 are the tile's sides; a workgroup holds 64 tiles. Each shape is a pipeline of its own, and compiling those is what takes time.

describe.each(transposings)('matmul, transposeA $transposeA, transposeB $transposeB', (transposes) => {
  const seed = transposings.indexOf(transposes);

  it('fits float64 at further awkward shapes', async () => {
    const shapes = [[4, 4, 3], [12, 20, 5], [7, 9, 8]] as const; // prettier-ignore
    await checkProducts(await sharedGpu(), transposed(transposes, shapes), new Draw(seed));
  });

  it('fits float64 at random shapes', async () => {
    const draw = new Draw(10 + seed);
    const shapes = Array.from({ length: 5 }, (): [number, number, number] => [
      draw.whole(1, 90),
      draw.whole(1, 90),
      draw.whole(1, 200),
    ]);
    await checkProducts(await sharedGpu(), transposed(transposes, shapes), draw);
  });

  it.each([...tilings, ...inOtherOrders].map((tiling) => ({ name: tilingName(tiling), tiling })))(
    'fits float64 as $name',
    async ({ tiling }) => {
      const gpu = await sharedGpu();
      await checkProducts(
        gpu,
        transposed(transposes, [
          [1, 1, 1],
          [5, 9, 3],
          [16, 16, 8],
          [33, 20, 12],
          [13, 66, 31],
          [65, 3, 20],
        ]),
        new Draw(20 + seed),
        tiling,
      );
    },
  );

  it('gives the same bits in every tiling', async () => {
    const { memory, tape } = await recording();
    const sides = { m: 37, n: 44, k: 50, ...transposes };
    const draw = new Draw(25 + seed);
    const [a, b] = [memory.put(draw.floats(37 * 50), shapeA(sides)), memory.put(draw.floats(50 * 44), shapeB(sides))];
    const largest: Tiling = { rows: 32, columns: 16, quads: true, group: 16 };
    const ys = [...tilings, ...possible([{ ...largest, columns: 32 }, largest])].map((tiling) => {
      const y = tape.tensor([37, 44]);
      product(tape, { a, b, y, ...transposes, tiling });
      return y;
    });
    const [first, ...others] = await run(tape, ys);
    for (const other of others) expect(other).toEqual(first);
  });

  it('sums the gradients of an operand used twice', async () => {
    const gpu = await smallTiles();
    const n = 6;
    await checkGradient(gpu, {
      inputs: [{ values: new Draw(40 + seed).floats(n * n), shape: [n, n] }],
      build: (tape, a) => matmul(tape, matmul(tape, a, a, transposes), a, transposes),
      reference: (a) => {
        const sides = { m: n, n, k: n, ...transposes };
        return reference(reference(a, a, sides).y, a, sides).y;
      },
      relative: 4e-6,
    });
  });
});

describe.each([false, true])('a left side of several sides, transposeB %s', (transposeB) => {
  it('is a matrix over its last side, and the result keeps the others', async () => {
    const gpu = await smallTiles();
    const draw = new Draw(90);
    for (const [sides, n] of [
      [[1, 1, 1], 1],
      [[2, 3, 5], 7],
      [[3, 1, 4], 8],
      [[1, 6, 9], 2],
      [[4, 5, 8], 12],
      [[2, 3, 2, 6], 5],
    ] as [number[], number][]) {
      const k = sides.at(-1)!;
      const m = sizeOf(sides.slice(0, -1));
      await checkGradient(gpu, {
        inputs: [
          { values: draw.floats(m * k), shape: sides },
          { values: draw.floats(k * n), shape: transposeB ? [n, k] : [k, n] },
        ],
        build: (tape, a, b) => {
          const y = matmul(tape, a, b, { transposeB });
          expect(y.shape).toEqual([...sides.slice(0, -1), n]);
          return y;
        },
        reference: (a, b) => reference(a, b, { m, n, k, transposeB }).y,
        name: `[${sides}] to ${n}`,
      });
    }
  });

  it('adds its gradients to existing ones', async () => {
    const [p, q, n] = [2, 3, 5];
    const sides = { m: p * q, n, k: n, transposeB };
    await checkGradient(await smallTiles(), {
      inputs: [
        { values: new Draw(91).floats(p * q * n), shape: [p, q, n] },
        { values: new Draw(92).floats(n * n), shape: [n, n] },
      ],
      build: (tape, a, b) => add(tape, matmul(tape, matmul(tape, a, b, { transposeB }), b, { transposeB }), a),
      reference: (a, b) => reference(reference(a, b, sides).y, b, sides).y.map((v, i) => v + a[i]),
      relative: 4e-6,
    });
  });
});

describe('tilings that add in another order', () => {
  it.each(transposings)('transposeA $transposeA, transposeB $transposeB: they fit float64', async (transposes) => {
    const { memory, tape } = await recording();
    const draw = new Draw(12);
    // Edges of tiles and of fours, a last workgroup that is not full, and stretches of 16 that not all invocations have as many of.
    const cases = (
      [
        [3, 5, 67, { split: 2 }],
        [9, 6, 130, { split: 4 }],
        [8, 12, 333, { split: 8 }],
        [17, 20, 784, { split: 16 }],
        [40, 3, 18, { split: 16 }],
        [17, 20, 36, { oneByOne: true }],
        [9, 5, 7, { oneByOne: true, rows: 8 }],
        [33, 40, 39, { shared: true }],
      ] as const
    ).map(([m, n, k, way]) => {
      const [a, b] = [draw.floats(m * k), draw.floats(k * n)];
      const sides = { m, n, k, ...transposes };
      const [y, sums] = [tape.tensor([m, n]), transposes.transposeA ? tape.tensor([m]) : undefined];
      const tiling = { rows: 4, columns: 4, quads: false, group: 64, ...way };
      const operands = { a: memory.put(a, shapeA(sides)), b: memory.put(b, shapeB(sides)) };
      product(tape, { ...operands, ...transposes, y, sums, tiling });
      return { sides, a, b, tensors: sums ? [y, sums] : [y] };
    });
    const all = cases.flatMap(({ tensors }) => tensors);
    const results = await run(tape, all);
    for (const { sides, a, b, tensors } of cases) {
      const [y, sums] = results.splice(0, tensors.length);
      const name = `${sides.m}x${sides.n}x${sides.k}`;
      const wanted = reference(a, b, sides);
      expectClose(y, wanted.y, (i) => bound(sides.k, wanted.magnitude[i]), name);
      if (!transposes.transposeA) continue;
      const rows = reference(a, new Float32Array(sides.k).fill(1), { ...sides, n: 1, transposeB: false });
      expectClose(sums, rows.y, (i) => bound(sides.k, rows.magnitude[i]), `${name} sums`);
    }
  });
});

describe('the product’s epilogue', () => {
  it('sums the rows of the left side', async () => {
    await expectRowSums(await sharedGpu(), [[65, 9, 30]]);
    await expectRowSums(await smallTiles(), [[1, 1, 1], [65, 9, 30], [1, 512, 3]]); // prettier-ignore
  });

  it('adds to an existing gradient', async () => {
    for (const shape of [[7, 5, 3], [8, 12, 9]] as const) await expectAdded(shape); // prettier-ignore
    await expectAdded([9, 12, 70], { rows: 4, columns: 4, quads: false, group: 64, shared: true });
  });

  it.each(activationNames.filter((name) => name !== 'linear'))(
    'multiplies by the slope of %s',
    async (activation: ActivationName) => {
      const draw = new Draw(60);
      for (const { gpu, m, n, k } of await epilogueShapes()) {
        const { memory, tape } = await recording(undefined, gpu);
        const [a, b, z] = [draw.floats(m * k), draw.floats(k * n), draw.offZero(m * n, 0.1, 3)];
        const { f, slope } = activations[activation];
        const saved = memory.put(savedForSlope(activation) === 'z' ? z : z.map(f), [m, n]);
        const y = tape.tensor([m, n]);
        product(tape, { a: memory.put(a, [m, k]), b: memory.put(b, [k, n]), y, slope: { activation, saved } });
        const actual = await runOne(tape, y);
        const wanted = reference(a, b, { m, n, k }).y.map((sum, i) => sum * slope(z[i]));
        expectNear(actual, wanted, 2e-6, `${m}x${n}x${k}`);
      }
    },
  );
});
