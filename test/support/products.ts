import { matmul, product, type Tiling } from '../../src/kernels/matmul.ts';
import { type Gpu } from '../../src/runtime/device.ts';
import { matmul as reference, type Sides } from '../reference/matmul.ts';
import { expectClose, expectNear } from './close.ts';
import { sharedGpu, smallTiles } from './gpu.ts';
import { Draw } from './random.ts';
import { recording, run } from './run.ts';
import { takenFor } from './taken-for.ts';

export type Shape = readonly [m: number, n: number, k: number];

export const transposings = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

// As in the library itself: not every implementation of WebGPU has what quads need.
const { features } = (await sharedGpu()).device;
export const possible = (all: Tiling[]) => all.filter(({ quads }) => !quads || features.has('subgroups'));

export const tilings = possible([
  ...[4, 8].flatMap((rows) => [4, 8].map((columns) => ({ rows, columns, quads: false, group: 64 }))),
  { rows: 8, columns: 8, quads: true, group: 16 },
  { rows: 4, columns: 4, quads: false, group: 64, band: 3 },
  { rows: 8, columns: 8, quads: true, group: 64, band: 4 },
  { rows: 16, columns: 8, quads: true, group: 16 },
  { rows: 8, columns: 16, quads: true, group: 16 },
]);

/** Those that add up in another order than all others. */
export const inOtherOrders: Tiling[] = [
  { rows: 4, columns: 4, quads: false, group: 64, split: 4 },
  { rows: 8, columns: 4, quads: false, group: 64, oneByOne: true },
  { rows: 4, columns: 4, quads: false, group: 64, shared: true },
  { rows: 8, columns: 8, quads: false, group: 64, shared: true },
];

const nameOf = ({ transposeA, transposeB }: { transposeA?: boolean; transposeB?: boolean }) =>
  (transposeA ? 'T' : 'N') + (transposeB ? 'T' : 'N');

export const shapeA = ({ m, k, transposeA }: Sides) => (transposeA ? [k, m] : [m, k]);

export const shapeB = ({ n, k, transposeB }: Sides) => (transposeB ? [n, k] : [k, n]);

/** Sides of products with operands transposed in this way. */
export const transposed = (
  transposes: { transposeA: boolean; transposeB: boolean },
  shapes: readonly Shape[],
): Sides[] => shapes.map(([m, n, k]) => ({ m, n, k, ...transposes }));

/** Wide rows in large tiles, odd ones in small tiles: the other two pairs differ only in what matmul's own tests have seen. */
export const epilogueShapes = async () =>
  [
    { gpu: await takenFor(true), m: 17, n: 12, k: 32 },
    { gpu: await smallTiles(), m: 9, n: 7, k: 5 },
  ] as const;

/** Sums of k products, each rounded: the errors add up like a random walk. */
export const bound = (k: number, magnitude: number) => 4 * Math.sqrt(k) * 2 ** -24 * magnitude + 1e-37;

/** All on one tape: pipelines compile side by side. */
export async function checkProducts(gpu: Gpu, products: Sides[], draw: Draw, tiling?: Tiling): Promise<void> {
  const { memory, tape } = await recording(undefined, gpu);
  const cases = products.map((sides) => {
    const { m, n, k } = sides;
    const [a, b] = [draw.floats(m * k), draw.floats(k * n)];
    const operands = { a: memory.put(a, shapeA(sides)), b: memory.put(b, shapeB(sides)) };
    const { transposeA, transposeB } = sides;
    if (!tiling) return { sides, a, b, y: matmul(tape, operands.a, operands.b, { transposeA, transposeB }) };
    const y = tape.tensor([m, n]);
    product(tape, { ...operands, ...sides, y, tiling });
    return { sides, a, b, y };
  });
  const ys = cases.map(({ y }) => y);
  const results = await run(tape, ys);
  cases.forEach(({ sides, a, b }, c) => {
    const { y, magnitude } = reference(a, b, sides);
    const name = `${nameOf(sides)} ${sides.m}x${sides.n}x${sides.k}`;
    expectClose(results[c], y, (i) => bound(sides.k, magnitude[i]), name);
  });
}

/** The sums over k of the left side's rows, beside the products. */
export async function expectRowSums(gpu: Gpu, shapes: readonly Shape[]): Promise<void> {
  const draw = new Draw(70);
  for (const [m, n, k] of shapes) {
    const { memory, tape } = await recording(undefined, gpu);
    const [a, b] = [draw.floats(k * m), draw.floats(k * n)];
    const [y, sums] = [tape.tensor([m, n]), tape.tensor([m])];
    product(tape, { a: memory.put(a, [k, m]), b: memory.put(b, [k, n]), y, sums, transposeA: true });
    const [actual, actualSums] = await run(tape, [y, sums]);
    const ones = new Float32Array(k).fill(1);
    const products = reference(a, b, { m, n, k, transposeA: true });
    const rows = reference(a, ones, { m, n: 1, k, transposeA: true });
    expectClose(actual, products.y, (i) => bound(k, products.magnitude[i]), `${m}x${n}x${k} products`);
    expectClose(actualSums, rows.y, (i) => bound(k, rows.magnitude[i]), `${m}x${n}x${k} sums`);
  }
}

/** Three products with their sums are added to one gradient. */
export async function expectAdded([m, n, k]: Shape, tiling?: Tiling): Promise<void> {
  const { memory, tape } = await recording();
  const draw = new Draw(80);
  const [a, b] = [draw.floats(k * m), draw.floats(k * n)];
  const [w, bias] = [memory.put(new Float32Array(m * n), [m, n]), memory.put(new Float32Array(m))];
  const [y, sums] = [tape.grad(w), tape.grad(bias)];
  const [left, right] = [memory.put(a, [k, m]), memory.put(b, [k, n])];
  for (let i = 0; i < 3; i++) product(tape, { a: left, b: right, y, sums, transposeA: true, tiling });
  const [actual, actualSums] = await run(tape, [y, sums]);
  const thrice = ({ y }: ReturnType<typeof reference>) => y.map((v) => 3 * v);
  const ones = new Float32Array(k).fill(1);
  expectNear(actual, thrice(reference(a, b, { m, n, k, transposeA: true })), 2e-6, 'products');
  expectNear(actualSums, thrice(reference(a, ones, { m, n: 1, k, transposeA: true })), 2e-6, 'sums');
}
