import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { add } from '../../src/kernels/elementwise.ts';
import {
  cellDense,
  columnByColumn,
  corruptedCells,
  decodedCells,
  scaled,
  type CellCorruption,
} from '../../src/kernels/cells.ts';
import { blankCell } from '../../src/runtime/blank.ts';
import { philox, streams } from '../../src/runtime/random.ts';
import { cellDense as reference, type CategoryCount } from '../reference/cells.ts';
import { drawnCells, layoutOf } from '../support/cells.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, runOne, recording } from '../support/run.ts';

const blank = Math.fround(blankCell);

describe('the product of cells and a weight', () => {
  it.each<[string, number, CategoryCount[], number]>([
    ['one number', 1, [0], 1],
    ['one category that nobody knows', 2, [1], 1],
    ['numbers alone, fours of units', 5, [0, 0, 0], 8],
    ['categories alone, an odd number of units', 7, [3, 2, 5], 3],
    ['both', 9, [0, 4, 0, 2, 9], 4],
    ['more rows than a workgroup has invocations', 70, [0, 11, 3], 5],
    ['more columns than a workgroup has invocations', 4, Array.from({ length: 67 }, (_, c) => c % 4), 4],
    ['a long list of categories', 9, [130, 0], 2],
  ])('fits float64, and so does the gradient of the weight: %s', async (name, rows, columns, units) => {
    const { gpu, memory } = await recording();
    const draw = new Draw(rows + 13 * columns.length + units);
    const cells = drawnCells(draw, rows, columns);
    const x = memory.put(cells, [rows, columns.length]);
    const layout = layoutOf(memory, columns);
    const w = { values: draw.floats(layout.places * units), shape: [layout.places, units] };
    const bias = { values: draw.floats(units), shape: [units] };
    await checkGradient(gpu, {
      inputs: [w, bias],
      build: (tape, w, bias) => cellDense(tape, x, layout, w, bias),
      reference: (w, bias) => reference(cells, columns, w, bias, units),
      name,
    });
    await checkGradient(gpu, {
      inputs: [w],
      build: (tape, w) => cellDense(tape, x, layout, w),
      reference: (w) => reference(cells, columns, w, undefined, units),
      name: `${name}, without a bias`,
    });
  });

  it('adds its gradient to that of another product with the same weight', async () => {
    const { gpu, memory } = await recording();
    const draw = new Draw(4);
    const columns = [0, 3];
    const [one, other] = [drawnCells(draw, 6, columns), drawnCells(draw, 6, columns)];
    const layout = layoutOf(memory, columns);
    const [x, z] = [one, other].map((cells) => memory.put(cells, [6, 2]));
    await checkGradient(gpu, {
      inputs: [{ values: draw.floats(layout.places * 4), shape: [layout.places, 4] }],
      build: (tape, w) => add(tape, cellDense(tape, x, layout, w), cellDense(tape, z, layout, w)),
      reference: (w) => {
        const second = reference(other, columns, w, undefined, 4);
        return reference(one, columns, w, undefined, 4).map((value, i) => value + second[i]);
      },
    });
  });

  it('refuses a weight that does not match the columns', async () => {
    const { memory, tape } = await recording();
    const layout = layoutOf(memory, [0, 3]);
    const x = memory.put([1, 2], [1, 2]);
    const w = memory.put(Array<number>(8).fill(1), [4, 2]);
    expect(() => cellDense(tape, x, layout, w)).toThrow(ShapeError);
  });
});

describe('cells', () => {
  it('are scaled by column, and blanks stay blank', async () => {
    const { memory, tape } = await recording();
    const x = memory.put([1, 2, blankCell, 5, blankCell, 7], [3, 2]);
    const y = await runOne(tape, scaled(tape, x, memory.put([1, 0]), memory.put([0.5, 1])));
    expect([...y]).toEqual([0, 2, blank, 5, blank, 7]);
  });

  it('are decoded from outputs: numbers unchanged, and the first most probable category with a name', async () => {
    const { memory, tape } = await recording();
    const layout = layoutOf(memory, [0, 3, 1]);
    // The third category stands for all that have no name.
    const y = memory.put([0.5, 1, 3, 9, 0, -1, 2, 2, 1, 0], [2, 5]);
    expect([...(await runOne(tape, decodedCells(tape, y, layout)))]).toEqual([0.5, 1, blank, -1, 0, blank]);
  });

  const corrupted = async (
    kind: CellCorruption,
    x: Float32Array,
    columns: number,
    rate: number,
    real = x.length / columns,
  ) => {
    const rows = x.length / columns;
    const epoch = { examples: 1000, batch: rows, position: 1000 - real };
    const { memory, tape, state } = await recording({ seed: 3, step: 7, ...epoch });
    return runOne(tape, corruptedCells(tape, kind, memory.put(x, [rows, columns]), rate, { state, which: 0 }));
  };

  it.each([1, 2, 5])('are hidden at the requested rate, of %i columns', async (columns) => {
    const x = Float32Array.from({ length: 2000 * columns }, (_, i) => i);
    const hidden = await corrupted('hide', x, columns, 0.3);
    const count = Array.from(hidden).reduce((sum, value) => sum + Number(value === blank), 0);
    // Five deviations of a binomial distribution.
    expect(Math.abs(count / x.length - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / x.length));
    expect(Array.from(hidden).every((value, i) => value === blank || value === x[i])).toBe(true);
  });

  it.each([1, 2, 5])('are swapped with the same column of another real row, of %i columns', async (columns) => {
    const rows = 600;
    const x = Float32Array.from({ length: rows * columns }, (_, i) => i);
    const real = 500;
    const swapped = await corrupted('swap', x, columns, 0.4, real);
    const moved = Array.from(swapped).reduce((sum, value, i) => sum + Number(value !== x[i]), 0);
    expect(Math.abs(moved / x.length - 0.4)).toBeLessThan(5 * Math.sqrt((0.4 * 0.6) / x.length));
    swapped.forEach((value, i) => {
      expect(value % columns).toBe(i % columns);
      if (value !== x[i]) expect(value).toBeLessThan(real * columns);
    });
  });

  it('are hidden and swapped according to the random words, independently', async () => {
    const [rows, columns, rate] = [7, 5, 0.5];
    const x = Float32Array.from({ length: rows * columns }, (_, i) => i);
    const words = (i: number) => {
      const [row, c] = [Math.floor(i / columns), i % columns];
      const drawn = philox([c >> 1, 1000 - rows + row, 7, 0], [3, streams.noise]);
      return [drawn[2 * (c & 1)], drawn[2 * (c & 1) + 1]];
    };
    const chosen = (i: number) => words(i)[0] < rate * 2 ** 32;
    expect([...(await corrupted('hide', x, columns, rate))]).toEqual([...x].map((v, i) => (chosen(i) ? blank : v)));
    const other = (i: number) => x[(words(i)[1] % rows) * columns + (i % columns)];
    expect([...(await corrupted('swap', x, columns, rate))]).toEqual([...x].map((v, i) => (chosen(i) ? other(i) : v)));
  });

  it('are scored by column, with only that column hidden', async () => {
    const { memory, tape } = await recording();
    const layout = layoutOf(memory, [0, 0]);
    const x = memory.put([1, 2, 3, blankCell], [2, 2]);
    // y₀ = 10 where x₀ is blank, and x₁; y₁ = 10 where x₁ is blank, and x₀.
    const w = memory.put([0, 1, 10, 0, 1, 0, 0, 10], [4, 2]);
    const scores = columnByColumn(tape, x, (hidden) => cellDense(tape, hidden, layout, w));
    expect([...(await runOne(tape, scores))]).toEqual([12, 11, 10, 13]);
  });

  it('all stay at rate 0, and are all hidden at rate 1', async () => {
    const x = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect([...(await corrupted('hide', x, 3, 1))]).toEqual(Array<number>(6).fill(blank));
    expect([...(await corrupted('hide', x, 3, 0))]).toEqual([...x]);
  });

  it('are drawn equally for the same seed, and differently for another draw of the step', async () => {
    const { memory, tape, state } = await recording({ seed: 3, step: 7, examples: 100, batch: 100 });
    const x = memory.put(new Float32Array(300), [100, 3]);
    const of = (which: number) => corruptedCells(tape, 'hide', x, 0.5, { state, which });
    const [first, again, other] = await run(tape, [of(0), of(0), of(1)]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
