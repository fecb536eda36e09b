import { describe, expect, it } from 'vitest';
import { normalizeColumns, projectColumns } from '../../src/kernels/unit-norm.ts';
import { compile } from '../../src/runtime/plan.ts';
import { matmul } from '../../src/kernels/matmul.ts';
import { readTensors } from '../../src/runtime/tensor.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

const columnsOf = (values: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: columns }, (_, j) =>
    Array.from({ length: values.length / columns }, (_, row) => values[row * columns + j]),
  );
const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));

describe.each([
  [1, 1],
  [3, 5],
  [8, 32],
  [65, 33],
  [130, 100],
])('the columns of [%i, %i]', (rows, columns) => {
  const draw = new Draw(rows + columns);
  const w = draw.floats(rows * columns).map((value, i) => (columns > 1 && i % columns === 1 ? 0 : value));

  it('are scaled to length 1, except columns of zeros, unless a step has gone bad', async () => {
    for (const bad of [undefined, 3]) {
      const { gpu, memory, tape, state } = await recording(bad === undefined ? {} : { bad });
      const weight = memory.put(w, [rows, columns]);
      normalizeColumns(tape, weight, state);
      const plan = forThisTest(await compile(tape));
      await plan.run();
      const [found] = await readTensors(gpu, [weight]);
      const norms = columnsOf(w, columns).map(norm);
      const wanted = w.map((value, i) => value / (norms[i % columns] || 1));
      if (bad === undefined) expectClose(found, wanted, 1e-6);
      else expect(found).toEqual(w);
    }
  });

  it('lose the component of a gradient along them', async () => {
    const { memory, tape } = await recording();
    const dy = draw.floats(2 * columns);
    const x = draw.floats(2 * rows);
    const weight = memory.put(w, [rows, columns]);
    const y = matmul(tape, memory.put(x, [2, rows]), weight);
    tape.differentiate(y, memory.put(dy, [2, columns]));
    projectColumns(tape, weight, tape.grad(weight));
    const [found] = await run(tape, [tape.grad(weight)]);
    const gradient = w.map((_, i) => {
      const [row, j] = [Math.floor(i / columns), i % columns];
      return x[row] * dy[j] + x[rows + row] * dy[columns + j];
    });
    const [own, along] = [w, gradient].map((values) => columnsOf(values, columns));
    const shares = own.map((values, j) => {
      const square = norm(values) ** 2;
      return square ? values.reduce((sum, v, n) => sum + v * along[j][n], 0) / square : 0;
    });
    const wanted = gradient.map((value, i) => value - shares[i % columns] * w[i]);
    expectClose(found, wanted, 4e-6 * norm(gradient));
  });
});

it('writes a gradient of zeros if no kernel has written it', async () => {
  const { memory, tape } = await recording();
  const weight = memory.put([1, 2, 3, 4], [2, 2]);
  projectColumns(tape, weight, tape.grad(weight));
  const [found] = await run(tape, [tape.grad(weight)]);
  expect([...found].every((value) => value === 0)).toBe(true);
});
