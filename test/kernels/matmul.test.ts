import { describe, expect, it } from 'vitest';
import { activationNames, type Activation } from '../../src/kernels/activation.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { matmul, product, type Tiling } from '../../src/kernels/matmul.ts';
import { ShapeError } from '../../src/errors.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { tensor } from '../../src/runtime/tensor.ts';
import { savedForSlope } from '../../shaders/activation.ts';
import { activations } from '../reference/activation.ts';
import { matmul as reference, type Sides } from '../reference/matmul.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { catchGpuErrors, sharedGpu, smallTiles } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { Inputs, run, runOne } from '../support/run.ts';

catchGpuErrors();

const transposings = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);
// As in the library itself: not every implementation of WebGPU has what quads need.
const { features } = (await sharedGpu()).device;
const possible = (all: Tiling[]) => all.filter(({ quads }) => !quads || features.has('subgroups'));
const tilings = possible([
  ...[4, 8].flatMap((rows) => [4, 8].map((columns) => ({ rows, columns, quads: false, group: 64 }))),
  { rows: 8, columns: 8, quads: true, group: 16 },
  { rows: 8, columns: 8, quads: true, group: 64 },
  { rows: 16, columns: 8, quads: true, group: 16 },
  { rows: 8, columns: 16, quads: true, group: 16 },
]);
const nameOf = ({ transposeA, transposeB }: { transposeA?: boolean; transposeB?: boolean }) =>
  (transposeA ? 'T' : 'N') + (transposeB ? 'T' : 'N');

const shapeA = ({ m, k, transposeA }: Sides) => (transposeA ? [k, m] : [m, k]);
const shapeB = ({ n, k, transposeB }: Sides) => (transposeB ? [n, k] : [k, n]);

/** Sums of k products, each rounded: the errors add up like a random walk. */
const bound = (k: number, magnitude: number) => 4 * Math.sqrt(k) * 2 ** -24 * magnitude + 1e-37;

/** All on one tape: pipelines compile side by side. */
async function check(gpu: Gpu, products: Sides[], draw: Draw, tiling?: Tiling): Promise<void> {
  const memory = new Inputs(gpu);
  const tape = makeTape(gpu);
  const cases = products.map((sides) => {
    const { m, n, k } = sides;
    const [a, b] = [draw.floats(m * k), draw.floats(k * n)];
    const operands = { a: memory.put(a, shapeA(sides)), b: memory.put(b, shapeB(sides)) };
    if (!tiling)
      return {
        sides,
        a,
        b,
        y: matmul(tape, operands.a, operands.b, { transposeA: sides.transposeA, transposeB: sides.transposeB }),
      };
    const y = tape.tensor([m, n]);
    product(tape, { ...operands, ...sides, y, tiling });
    return { sides, a, b, y };
  });
  const results = await run(
    tape,
    cases.map(({ y }) => y),
  );
  memory.dispose();
  cases.forEach(({ sides, a, b }, c) => {
    const { y, magnitude } = reference(a, b, sides);
    expectClose(
      results[c],
      y,
      (i) => bound(sides.k, magnitude[i]),
      `${nameOf(sides)} ${sides.m}x${sides.n}x${sides.k}`,
    );
  });
}

// 4 and 8 are the tile's sides; a workgroup holds 64 tiles. Each shape is a pipeline of its own, and compiling those is what takes time.
const awkward: [m: number, n: number, k: number][] = [
  [1, 1, 1],
  [3, 5, 7],
  [4, 4, 3],
  [1, 64, 9],
  [65, 1, 3],
  [2, 2, 20001],
  [8, 8, 8],
  [12, 20, 5],
  [7, 9, 8],
  [63, 65, 6],
];

describe.each(transposings)('matmul, transposeA $transposeA, transposeB $transposeB', (transposes) => {
  const seed = transposings.indexOf(transposes);

  const transposed = (shapes: [m: number, n: number, k: number][]) =>
    shapes.map(([m, n, k]) => ({ m, n, k, ...transposes }));

  it('fits float64 at awkward shapes', async () => {
    await check(await sharedGpu(), transposed(awkward), new Draw(seed));
  });

  it('fits float64 at random shapes', async () => {
    const draw = new Draw(10 + seed);
    const shapes = Array.from({ length: 5 }, (): [number, number, number] => [
      draw.whole(1, 90),
      draw.whole(1, 90),
      draw.whole(1, 200),
    ]);
    await check(await sharedGpu(), transposed(shapes), draw);
  });

  it.each(tilings)('fits float64 with $rows × $columns tiles, quads: $quads', async (tiling) => {
    const gpu = await sharedGpu();
    await check(
      gpu,
      transposed([
        [1, 1, 1],
        [5, 9, 3],
        [16, 16, 8],
        [33, 20, 12],
        [13, 66, 31],
      ]),
      new Draw(20 + seed),
      tiling,
    );
  });

  it('gives the same bits in every tiling', async () => {
    const gpu = await sharedGpu();
    const memory = new Inputs(gpu);
    const tape = makeTape(gpu);
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
    memory.dispose();
    for (const other of others) expect(other).toEqual(first);
  });

  it('keeps an infinity in its own row or column, also where k is filled up to a multiple of 4', async () => {
    const gpu = await smallTiles();
    const memory = new Inputs(gpu);
    const tape = makeTape(gpu);
    const sides = { m: 8, n: 12, k: 5, ...transposes };
    const draw = new Draw(50 + seed);
    const [a, b] = [draw.offZero(40), draw.offZero(60)];
    const infinite = (values: Float32Array) => values.with(values.length - 1, Infinity);
    const put = (x: Float32Array, y: Float32Array) =>
      matmul(tape, memory.put(x, shapeA(sides)), memory.put(y, shapeB(sides)), transposes);
    const [left, right] = await run(tape, [put(infinite(a), b), put(a, infinite(b))]);
    memory.dispose();
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

  it('adds up the gradients of an operand that is used twice', async () => {
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
  it('is a matrix of its last side, and the result keeps the others', async () => {
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
      const m = sides.slice(0, -1).reduce((product, side) => product * side, 1);
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

  it('adds its gradients to others', async () => {
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

describe('the product’s epilogue', () => {
  /** Wide rows in large tiles, odd ones in small tiles: the other two pairs differ only in what matmul's own tests have seen. */
  const shapes = async () =>
    [
      { gpu: await sharedGpu(), m: 17, n: 12, k: 32 },
      { gpu: await smallTiles(), m: 9, n: 7, k: 5 },
    ] as const;

  it.each(activationNames)('adds the bias and applies %s', async (activation) => {
    const draw = new Draw(50);
    for (const { gpu, m, n, k } of await shapes()) {
      const memory = new Inputs(gpu);
      const [a, b, bias] = [draw.floats(m * k), draw.floats(k * n), draw.floats(n)];
      const tape = makeTape(gpu);
      const y = tape.tensor([m, n]);
      product(tape, {
        a: memory.put(a, [m, k]),
        b: memory.put(b, [n, k]),
        y,
        bias: memory.put(bias),
        activation,
        transposeB: true,
      });
      const actual = await runOne(tape, y);
      memory.dispose();
      const wanted = reference(a, b, { m, n, k, transposeB: true }).y.map((sum, i) =>
        activations[activation].f(sum + bias[i % n]),
      );
      expectNear(actual, wanted, 2e-6, `${m}x${n}x${k}`);
    }
  });

  it.each(activationNames.filter((name) => name !== 'linear'))(
    'multiplies by the slope of %s',
    async (activation: Activation) => {
      const draw = new Draw(60);
      for (const { gpu, m, n, k } of await shapes()) {
        const memory = new Inputs(gpu);
        const [a, b, z] = [draw.floats(m * k), draw.floats(k * n), draw.offZero(m * n, 0.1, 3)];
        const { f, slope } = activations[activation];
        const saved = memory.put(savedForSlope(activation) === 'z' ? z : z.map(f), [m, n]);
        const tape = makeTape(gpu);
        const y = tape.tensor([m, n]);
        product(tape, { a: memory.put(a, [m, k]), b: memory.put(b, [k, n]), y, slope: { activation, saved } });
        const actual = await runOne(tape, y);
        memory.dispose();
        const wanted = reference(a, b, { m, n, k }).y.map((sum, i) => sum * slope(z[i]));
        expectNear(actual, wanted, 2e-6, `${m}x${n}x${k}`);
      }
    },
  );

  it('sums the rows of the left side', async () => {
    const draw = new Draw(70);
    for (const gpu of [await sharedGpu(), await smallTiles()]) {
      // In the last, the tiles fill their workgroups, so that the sums need one more.
      for (const [m, n, k] of [
        [1, 1, 1],
        [3, 5, 7],
        [8, 4, 64],
        [65, 9, 30],
        [516, 3, 9],
        [1, 512, 3],
      ] as const) {
        const memory = new Inputs(gpu);
        const [a, b] = [draw.floats(k * m), draw.floats(k * n)];
        const tape = makeTape(gpu);
        const [y, sums] = [tape.tensor([m, n]), tape.tensor([m])];
        product(tape, { a: memory.put(a, [k, m]), b: memory.put(b, [k, n]), y, sums, transposeA: true });
        const [actual, actualSums] = await run(tape, [y, sums]);
        memory.dispose();
        const ones = new Float32Array(k).fill(1);
        const products = reference(a, b, { m, n, k, transposeA: true });
        const rows = reference(a, ones, { m, n: 1, k, transposeA: true });
        expectClose(actual, products.y, (i) => bound(k, products.magnitude[i]), `${m}x${n}x${k} products`);
        expectClose(actualSums, rows.y, (i) => bound(k, rows.magnitude[i]), `${m}x${n}x${k} sums`);
      }
    }
  });

  it('adds to a gradient that has been written before', async () => {
    const gpu = await sharedGpu();
    for (const [m, n, k] of [
      [7, 5, 3],
      [8, 12, 9],
    ] as const) {
      const memory = new Inputs(gpu);
      const draw = new Draw(80);
      const [a, b] = [draw.floats(k * m), draw.floats(k * n)];
      const tape = makeTape(gpu);
      const [w, bias] = [memory.put(new Float32Array(m * n), [m, n]), memory.put(new Float32Array(m))];
      const [y, sums] = [tape.grad(w), tape.grad(bias)];
      const [left, right] = [memory.put(a, [k, m]), memory.put(b, [k, n])];
      for (let i = 0; i < 3; i++) product(tape, { a: left, b: right, y, sums, transposeA: true });
      const [actual, actualSums] = await run(tape, [y, sums]);
      memory.dispose();
      expectNear(
        actual,
        reference(a, b, { m, n, k, transposeA: true }).y.map((v) => 3 * v),
        2e-6,
        'products',
      );
      expectNear(
        actualSums,
        reference(a, new Float32Array(k).fill(1), { m, n: 1, k, transposeA: true }).y.map((v) => 3 * v),
        2e-6,
        'sums',
      );
    }
  });
});

it('refuses sides that do not fit', async () => {
  const gpu = await sharedGpu();
  const tape = makeTape(gpu);
  const [a, b] = [tensor(gpu, new Float32Array(6), [2, 3]), tensor(gpu, new Float32Array(8), [2, 4])];
  expect(() => matmul(tape, a, b)).toThrow(ShapeError);
  expect(() => matmul(tape, a, b)).toThrow(/3 columns.*2 rows.*\[2, 3\].*\[2, 4\]/);
  expect(() => matmul(tape, a, b, { transposeB: true })).toThrow(ShapeError);
  expect(matmul(tape, a, b, { transposeA: true }).shape).toEqual([3, 4]);
  expect(() => matmul(tape, a, tensor(gpu, [1, 2, 3]))).toThrow(/two matrices/);
  // Only the left side may have more than two, and only as it stands.
  const solid = tape.tensor([2, 2, 3]);
  expect(() => matmul(tape, solid, b)).toThrow(/3 columns.*2 rows.*\[2, 2, 3\].*\[2, 4\]/);
  expect(() => matmul(tape, solid, b, { transposeA: true })).toThrow('two matrices, not [2, 2, 3] and [2, 4]');
  expect(() => matmul(tape, a, tape.tensor([1, 3, 4]))).toThrow(ShapeError);
});
