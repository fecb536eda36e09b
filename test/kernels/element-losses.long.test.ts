/** Losses with a parameter, and formulas of one's own. Those that are words: loss.test.ts. */
import { describe, expect, it } from 'vitest';
import { loss as checkedLoss } from '../../src/checked-kernels.ts';
import { OptionError } from '../../src/errors.ts';
import { activate, type ActivationName } from '../../src/kernels/activation.ts';
import { compileFormula, elementLosses, loss, type ElementLoss, type Formula } from '../../src/kernels/loss.ts';
import { activations } from '../reference/activation.ts';
import { huber } from '../reference/loss.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';
import { onDevice, perRow } from '../support/row-sums.ts';
import { recording } from '../support/run.ts';

type Twin = (y: number, x: number) => { loss: number; slope: number };

const logCosh: Formula = {
  name: 'log cosh',
  wgsl: 'abs(y - x) + log1p(accurate_exp(-2 * abs(y - x))) - 0.6931472',
  derivative: 'accurate_tanh(y - x)',
};

const subjects: Record<string, { kind: ElementLoss; twin: Twin }> = {
  'huber, delta 0.1': { kind: { kind: 'huber', delta: 0.1 }, twin: huber(0.1) },
  'huber, delta 2.5': { kind: { kind: 'huber', delta: 2.5 }, twin: huber(2.5) },
  'huber, delta above all': { kind: { kind: 'huber', delta: 1e30 }, twin: huber(1e30) },
  'a formula with the functions of the library': {
    kind: logCosh,
    twin: (y, x) => ({
      loss: Math.abs(y - x) + Math.log1p(Math.exp(-2 * Math.abs(y - x))) - Math.LN2,
      slope: Math.tanh(y - x),
    }),
  },
  'a formula that takes x and y for different things': {
    kind: {
      name: 'odd',
      wgsl: 'y * y * x\n + select(y, 2.0, x < 0.5)',
      derivative: '2 * y * x + select(1.0, 0.0, x < 0.5)',
    },
    twin: (y, x) => ({ loss: y * y * x + (x < 0.5 ? 2 : y), slope: 2 * y * x + (x < 0.5 ? 0 : 1) }),
  },
};

/** Each row's loss, the gradient and every element's own. */
async function results(
  kind: ElementLoss,
  y: Float32Array,
  x: Float32Array,
  columns: number,
  real: number,
  f?: ActivationName,
) {
  const rows = y.length / columns;
  const [strips, dy] = await onDevice(rows, real, (tape, memory, state) => {
    const values = memory.put(y, [rows, columns]);
    const sums = loss(tape, kind, activate(tape, values, f ?? 'linear'), memory.put(x, [rows, columns]), state, 0.5);
    tape.differentiate();
    return [sums, tape.grad(values)];
  });
  const [elements] = await onDevice(rows, real, (tape, memory, state) => [
    elementLosses(tape, kind, memory.put(y, [rows, columns]), memory.put(x, [rows, columns]), state),
  ]);
  return { rows: perRow(strips, rows), dy, elements };
}

describe.each(Object.entries(subjects))('%s', (_, { kind, twin }) => {
  it.each([1, 3, 4, 17, 64, 65, 68, 784])('fits float64 for rows of %i', async (columns) => {
    for (const [rows, real] of [
      [1, 1],
      [9, 4],
    ] as const) {
      const draw = new Draw(columns + rows);
      const [y, x] = [draw.floats(rows * columns, -4, 4), draw.floats(rows * columns, 0, 1)];
      const found = await results(kind, y, x, columns, real);
      const terms = Array.from(y, (v, i) => twin(v, x[i]));
      const counts = (i: number) => (i < real * columns ? 0.5 : 0);
      const total = (of: (i: number) => number) =>
        Float64Array.from({ length: rows }, (_, r) =>
          Array.from({ length: columns }, (_, c) => of(r * columns + c)).reduce((a, b) => a + b, 0),
        );
      const [wanted, size] = [total((i) => counts(i) * terms[i].loss), total((i) => Math.abs(terms[i].loss))];
      expectClose(found.rows, wanted, (r) => 1e-6 * (size[r] + 1), `${rows} rows, ${real} real`);
      const dy = terms.map(({ slope }, i) => (counts(i) * slope) / real);
      expectClose(found.dy, dy, (i) => 1e-6 * (Math.abs(terms[i].slope) + 1), 'gradient');
      const elements = terms.map((term) => term.loss);
      expectClose(found.elements, elements, (i) => 1e-6 * (Math.abs(elements[i]) + 1), 'elements');
    }
  });

  it.each(['tanh', 'gelu'] as const)('includes the slope of %s in its gradient', async (f) => {
    for (const columns of [5, 8]) {
      const [z, x] = [new Draw(2).offZero(4 * columns, 0.1, 3), new Draw(1).floats(4 * columns, 0, 1)];
      const { dy } = await results(kind, z, x, columns, 4, f);
      const wanted = Array.from(z, (v, i) => (twin(activations[f].f(v), x[i]).slope * activations[f].slope(v)) / 8);
      expectClose(dy, wanted, 4e-6);
    }
  });
});

it('the slope of |y − x| is 0 for equal values, and that of Huber’s loss is at most delta', async () => {
  const [y, x] = [Float32Array.of(0.3, -2, 1, 0, 1e30), Float32Array.of(0.3, -2, 0.5, 7, -1e30)];
  expect([...(await results('mae', y, x, 5, 1)).dy]).toEqual([0, 0, 0.5, -0.5, 0.5]);
  expect([...(await results({ kind: 'huber', delta: 0.5 }, y, x, 5, 1)).dy]).toEqual([0, 0, 0.25, -0.25, 0.25]);
});

it('a formula gives the same bits as the loss it states', async () => {
  const [y, x] = [new Draw(3).floats(5 * 12, -4, 4), new Draw(4).floats(5 * 12, -1, 1)];
  const a = 'min(abs(y - x), 1.0)';
  const own = { name: 'mine', wgsl: `${a} * (abs(y - x) - 0.5 * ${a})`, derivative: 'clamp(y - x, -1.0, 1.0)' };
  expect(await results(own, y, x, 12, 5)).toEqual(await results('huber', y, x, 12, 5));
});

describe('a formula that does not compile', () => {
  it.each([
    ['a function that does not exist', { wgsl: 'cosh(y) + nothing(x)', derivative: 'y' }, 'nothing'],
    ['one that does not exist in the derivative', { wgsl: 'y', derivative: 'nowhere(y, x)' }, 'nowhere'],
    ['another type', { wgsl: 'y < x', derivative: 'y' }, ''],
    ['two signs in a row', { wgsl: 'y * / x', derivative: 'y' }, ''],
  ])('%s', async (_, expressions, message) => {
    const gpu = await sharedGpu();
    const words = new RegExp(`elementwise: the formula 'my own' is not valid WGSL of y and x: [^]*${message}`);
    await expectRefused(OptionError, words, compileFormula(gpu, { name: 'my own', ...expressions }));
    await compileFormula(gpu, logCosh);
  });
});

it('direct calls of kernels get errors that explain the problem', async () => {
  const { tape, state } = await recording({ batch: 2, examples: 2 });
  const [y, x] = [tape.tensor([2, 3]), tape.tensor([2, 3])];
  const wrong: [unknown, string][] = [
    [{ kind: 'huber', delta: 0 }, 'loss: delta: 0 is not a number above 0'],
    [{ kind: 'huber' }, 'loss: kind.delta: undefined is not'],
    [{ kind: 'mse' }, "loss: kind.kind must be 'huber', not 'mse'"],
    [{ name: 'a', wgsl: 'y', derivative: 1 }, 'loss: kind.derivative must be a string, not 1'],
    ['mape', "loss: kind must be 'mse' or 'bce' or 'mae' or 'huber', not 'mape'"],
  ];
  for (const [kind, message] of wrong)
    await expectRefused(OptionError, message, () => checkedLoss(tape, kind as never, y, x, state, 1));
  expect(tape.dispatches).toEqual([]);
});
