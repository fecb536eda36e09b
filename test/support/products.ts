import { matmul, product, type Tiling } from '../../src/kernels/matmul.ts';
import { type Gpu } from '../../src/runtime/device.ts';
import { matmul as reference, type Sides } from '../reference/matmul.ts';
import { expectClose } from './close.ts';
import { sharedGpu, smallTiles } from './gpu.ts';
import { type Draw } from './random.ts';
import { recording, run } from './run.ts';

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
  shapes: [m: number, n: number, k: number][],
): Sides[] => shapes.map(([m, n, k]) => ({ m, n, k, ...transposes }));

/** Wide rows in large tiles, odd ones in small tiles: the other two pairs differ only in what matmul's own tests have seen. */
export const epilogueShapes = async () =>
  [
    { gpu: await sharedGpu(), m: 17, n: 12, k: 32 },
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
