/** The kernels of losses that take a weight for each row. Their values without weights are compared with float64 elsewhere. */
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { activate } from '../../src/kernels/activation.ts';
import { categoricalLoss } from '../../src/kernels/categorical.ts';
import { cellLoss } from '../../src/kernels/cell-loss.ts';
import { crossEntropy } from '../../src/kernels/cross-entropy.ts';
import { importance } from '../../src/kernels/importance.ts';
import { loss, type LossKind } from '../../src/kernels/loss.ts';
import { matmul } from '../../src/kernels/matmul.ts';
import { reparameterize } from '../../src/kernels/reparameterize.ts';
import { blankCell } from '../../src/runtime/blank.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import { drawnCells, layoutOf } from '../support/cells.ts';
import { expectClose } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { type Inputs, run, recording } from '../support/run.ts';

const [rows, real] = [7, 5];

/** What a kernel is given. */
interface Given {
  tape: Tape;
  memory: Inputs;
  state: Tensor;
  draw: Draw;
  weights?: Tensor;
}

/** The tensors that weights multiply, each with `rows` rows; and the input whose gradient they multiply. */
interface Recorded {
  sums: Tensor[];
  counted: Tensor;
  coefficient?: number | Tensor;
  input: Tensor;
}

const ofLoss =
  (kind: LossKind, columns: number, blanks?: 'sum' | 'share') =>
  ({ tape, memory, state, draw, weights }: Given): Recorded => {
    const input = memory.put(draw.offZero(rows * columns, 0.1, 2), [rows, columns]);
    const targets = draw.floats(rows * columns, 0.05, 0.95).map((x, i) => (blanks && i % 3 === 1 ? blankCell : x));
    const x = memory.put(targets, [rows, columns]);
    const sums = loss(tape, kind, activate(tape, input, 'tanh'), x, state, 0.3, { blanks, weights });
    return { sums: [sums], counted: sums, input };
  };

/** Sends no gradient through the code, so that only that of the divergence is left. */
const ofDivergence =
  (units: number, scheduled: boolean) =>
  ({ tape, memory, state, draw, weights }: Given): Recorded => {
    const input = memory.put(draw.floats(2 * rows * units, -1, 1), [rows, 2 * units]);
    const { z, kl } = reparameterize(tape, input, { state, which: 3 }, weights);
    const none = loss(tape, 'mse', z, z, state, 1);
    tape.keep(none);
    return { sums: [kl], counted: kl, coefficient: scheduled ? memory.put([0.7, 0.7]) : 0.7, input };
  };

const ofBound =
  (samples: number) =>
  ({ tape, memory, state, draw, weights }: Given): Recorded => {
    const [units, columns] = [3, 4];
    const input = memory.put(draw.floats(2 * rows * units, -1, 1), [rows, 2 * units]);
    const { z, bound } = importance(tape, input, samples, { state, which: 3 });
    const y = matmul(tape, z, memory.put(draw.floats(units * columns), [units, columns]));
    const x = memory.put(draw.floats(rows * columns, 0, 1), [rows, columns]);
    const { bound: sums, reconstruction, kl } = bound('bce', y, x, 1, weights);
    return { sums: [sums, reconstruction, kl], counted: sums, input };
  };

const ofClasses =
  (classes: number) =>
  ({ tape, memory, state, draw, weights }: Given): Recorded => {
    const input = memory.put(draw.floats(rows * classes, -3, 3), [rows, classes]);
    const labels = draw.floats(rows, 0, 1).map((u) => Math.floor(u * classes));
    const { losses } = crossEntropy(tape, input, memory.put(labels, [rows, 1]), state, weights);
    return { sums: [losses], counted: losses, coefficient: 1, input };
  };

const ofGroups = ({ tape, memory, state, draw, weights }: Given): Recorded => {
  const input = memory.put(draw.floats(rows * 7, -3, 3), [rows, 7]);
  const x = memory.put(draw.floats(rows * 7, 0, 1), [rows, 7]);
  const sums = categoricalLoss(tape, input, x, [3, 4], state, 0.5, weights);
  return { sums: [sums], counted: sums, input };
};

const ofCells =
  (mean: boolean) =>
  ({ tape, memory, state, draw, weights }: Given): Recorded => {
    const columns = [0, 4, 0, 2];
    const layout = layoutOf(memory, columns);
    const input = memory.put(draw.floats(rows * layout.outputs, -3, 3), [rows, layout.outputs]);
    const cells = memory.put(drawnCells(draw, rows, columns), [rows, columns.length]);
    const sums = cellLoss(tape, input, cells, layout, state, mean, weights);
    return { sums: [sums], counted: sums, input };
  };

const kernels: Record<string, (given: Given) => Recorded> = {
  'squared error': ofLoss('mse', 8),
  'binary cross-entropy': ofLoss('bce', 5),
  'absolute error': ofLoss('mae', 1),
  "Huber's loss": ofLoss('huber', 17),
  'squared error, blanks left out': ofLoss('mse', 8, 'sum'),
  'squared error, the rest counting for blanks': ofLoss('mse', 5, 'share'),
  'the divergence of a Gaussian code': ofDivergence(5, false),
  'the divergence, times a schedule': ofDivergence(4, true),
  'the bound of one sample': ofBound(1),
  'the bound of five samples': ofBound(5),
  'cross-entropy': ofClasses(10),
  'the cross-entropy of groups': ofGroups,
  'the mean over cells': ofCells(true),
  'the sum over cells': ofCells(false),
};

/** Values by row, of the sums and of the input's gradient. */
async function onDevice(record: (given: Given) => Recorded, weights?: readonly number[]) {
  const { memory, tape, state } = await recording({ seed: 4, batch: rows, examples: 100, position: 100 - real });
  const given = { tape, memory, state, draw: new Draw(8), weights: weights && memory.put(weights, [rows, 1]) };
  const { sums, counted, coefficient = 0.6, input } = record(given);
  tape.differentiate([{ sums: counted, coefficient }, ...[...tape.kept].map((none) => ({ sums: none }))]);
  const results = await run(tape, [...sums, tape.grad(input)]);
  return results.map((values) => values as Float32Array);
}

describe.each(Object.entries(kernels))('%s', (_, record) => {
  it('is multiplied by the weight of its row, and so is its gradient', async () => {
    // Rows past the batch have weights as well: they must count nothing, whatever these are.
    const weights = [2, 0.5, 0, 3, 1, NaN, Infinity];
    const [plain, weighted] = [await onDevice(record), await onDevice(record, weights)];
    for (const [i, values] of weighted.entries()) {
      const of = (at: number) => Math.floor(at / (values.length / rows));
      const wanted = plain[i].map((value, at) => (of(at) < real ? value * weights[of(at)] : 0));
      expectClose(values, wanted, (at) => 1e-6 * Math.abs(wanted[at]), `result ${i}`);
      expect(wanted.some((value) => value !== 0)).toBe(true);
    }
  });

  it('has the same bits with weights of 1 as without', async () => {
    expect(await onDevice(record, Array(rows).fill(1))).toEqual(await onDevice(record));
  });

  it('refuses another number of weights than rows', async () => {
    const { memory, tape, state } = await recording();
    const weights = memory.put([1, 2], [2, 1]);
    expect(() => record({ tape, memory, state, draw: new Draw(8), weights })).toThrow(ShapeError);
  });
});
