import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { cellLoss, cellLosses } from '../../src/kernels/cell-loss.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { blankCell } from '../../src/runtime/blank.ts';
import { cellLosses as reference, rowLosses, type CategoryCount } from '../reference/cells.ts';
import { drawnCells, layoutOf } from '../support/cells.ts';
import { expectClose } from '../support/close.ts';
import { assumingFinite, withRewritten } from '../support/pretended.ts';
import { Draw } from '../support/random.ts';
import { perRow } from '../support/row-sums.ts';
import { run, recording } from '../support/run.ts';

const blank = Math.fround(blankCell);

/** The losses of rows and cells of which the first `real` rows count, with the gradient of the outputs. */
async function onDevice(
  y: Float32Array,
  x: Float32Array,
  columns: readonly CategoryCount[],
  mean: boolean,
  { real = x.length / columns.length, other }: { real?: number; other?: Gpu } = {},
) {
  const rows = x.length / columns.length;
  const { memory, tape, state } = await recording({ batch: rows, examples: 1000, position: 1000 - real }, other);
  const layout = layoutOf(memory, columns);
  const outputs = memory.put(y, [rows, layout.outputs]);
  const cells = memory.put(x, [rows, columns.length]);
  const sums = cellLoss(tape, outputs, cells, layout, state, mean);
  const elements = cellLosses(tape, outputs, cells, layout, state);
  tape.differentiate([{ sums, coefficient: 0.5 }]);
  const [strips, each, dy] = await run(tape, [sums, elements, tape.grad(outputs)]);
  return { losses: perRow(strips, rows), elements: each, dy };
}

const drawn = (rows: number, columns: readonly CategoryCount[]) => {
  const draw = new Draw(rows + 5 * columns.length);
  const outputs = columns.reduce((sum, count) => sum + Math.max(1, count), 0);
  return { x: drawnCells(draw, rows, columns), y: draw.floats(rows * outputs, -4, 4), outputs };
};

describe('the loss of cells', () => {
  it.each<[string, number, CategoryCount[]]>([
    ['one number', 1, [0]],
    ['one category that nobody knows', 1, [1]],
    ['numbers', 5, [0, 0, 0]],
    ['categories', 9, [3, 2, 7]],
    ['both', 66, [0, 4, 0, 2, 9]],
    ['as many columns as strips', 3, Array.from({ length: 16 }, (_, c) => c % 3)],
    ['a column more than strips', 3, Array.from({ length: 17 }, (_, c) => (c + 1) % 3)],
    ['many columns', 5, Array.from({ length: 70 }, (_, c) => c % 4)],
    ['a long list of categories', 7, [0, 1000]],
  ])('fits float64, and so does its gradient: %s', async (_, rows, columns) => {
    const { x, y, outputs } = drawn(rows, columns);
    const wanted = reference(y, x, columns);
    for (const mean of [true, false])
      for (const real of new Set([rows, Math.ceil(rows / 2)])) {
        const actual = await onDevice(y, x, columns, mean, { real });
        const rowsWanted = rowLosses(wanted.losses, columns.length, mean).map((loss, r) => (r < real ? loss : 0));
        expectClose(actual.losses, rowsWanted, (r) => 2e-6 * rowsWanted[r] + 1e-7, 'losses');
        const there = Array.from({ length: rows }, (_, r) =>
          Math.max(1, wanted.losses.slice(r * columns.length, (r + 1) * columns.length).filter((l) => l === l).length),
        );
        const dy = wanted.dy.map((value, i) => {
          const r = Math.floor(i / outputs);
          return r < real ? (0.5 * value) / real / (mean ? there[r] : 1) : 0;
        });
        expectClose(actual.dy, dy, (i) => 4e-6 * Math.abs(dy[i]) + 1e-9, 'gradient');
        const elements = wanted.losses.map((loss) => (Number.isNaN(loss) ? blank : loss));
        expectClose(actual.elements, elements, (i) => 2e-6 * elements[i] + 1e-7, 'elements');
      }
  });

  it('does not depend on the outputs of a blank cell', async () => {
    const columns = [0, 3, 0];
    const x = Float32Array.of(1, blankCell, blankCell);
    const one = await onDevice(Float32Array.of(2, 1, 2, 3, 4), x, columns, true);
    const other = await onDevice(Float32Array.of(2, -9, 50, 1e30, -1e38), x, columns, true);
    expect([...one.losses]).toEqual([0.5]);
    expect(other.losses).toEqual(one.losses);
    expect([...other.dy]).toEqual([0.5, 0, 0, 0, 0]);
  });

  it.each([NaN, Infinity, -Infinity])('passes %f on even if a compiler assumes that floats are finite', async (bad) => {
    const other = await withRewritten(assumingFinite);
    const { losses } = await onDevice(Float32Array.of(1, bad, 3, 1, 2, 3), Float32Array.of(0, 0), [3], true, {
      other,
    });
    expect(Number.isFinite(losses[0])).toBe(false);
    expect(Number.isFinite(losses[1])).toBe(true);
  });

  it('refuses outputs that do not match the columns', async () => {
    const { memory, tape, state } = await recording();
    const layout = layoutOf(memory, [0, 2]);
    const cells = memory.put([1, 0], [1, 2]);
    const outputs = memory.put([1, 2, 3, 4], [1, 4]);
    expect(() => cellLoss(tape, outputs, cells, layout, state, true)).toThrow(ShapeError);
  });
});
