import { describe, expect, it } from 'vitest';
import { activate, activationNames, type Activation } from '../../src/kernels/activation.ts';
import { rowSums, type TermKind } from '../../src/kernels/loss.ts';
import { ShapeError } from '../../src/errors.ts';
import { makeState, writeState } from '../../src/runtime/state.ts';
import { tape as makeTape, type Tape } from '../../src/runtime/tape.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import { activations } from '../reference/activation.ts';
import { rowSums as reference, terms } from '../reference/loss.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { catchGpuErrors, sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';
import { Inputs, run, type Values } from '../support/run.ts';

catchGpuErrors();

const pairs = ['product', 'mse', 'bce'] as const;
const alone = ['square', 'absolute', 'value'] as const;
const kinds: readonly TermKind[] = [...pairs, ...alone];
const isPair = (kind: TermKind) => terms[kind].length === 2;

/** Runs what `record` makes of a state whose first `real` rows count; it returns what is to be read. */
async function onDevice(
  rows: number,
  real: number,
  record: (tape: Tape, memory: Inputs, state: Tensor) => Tensor[],
): Promise<Values[]> {
  const gpu = await sharedGpu();
  const memory = new Inputs(gpu);
  const tape = makeTape(gpu);
  const state = makeState(gpu);
  // Real rows end where the epoch does.
  writeState(gpu, state, { batch: rows, examples: 100, position: 100 - real });
  const results = await run(tape, record(tape, memory, state));
  memory.dispose();
  state.dispose();
  return results;
}

/** Each row's sum over its strips. */
function perRow(strips: Values, rows: number): Float64Array {
  const each = strips.length / rows;
  return Float64Array.from({ length: rows }, (_, r) =>
    Array.from(strips.subarray(r * each, (r + 1) * each)).reduce((a, b) => a + b, 0),
  );
}

/** Off zero, where |y| has its kink. */
const drawn = (seed: number, count: number) => {
  const draw = new Draw(seed);
  return { y: draw.offZero(count, 0.01, 4), x: draw.floats(count, -2, 2) };
};

describe.each(kinds)('%s', (kind) => {
  it.each([1, 3, 4, 5, 63, 64, 65, 784])('fits float64 for rows of %i', async (columns) => {
    const factor = 1 / columns;
    for (const [rows, real] of [
      [1, 1],
      [9, 4],
      [70, 69],
    ] as const) {
      const { y, x } = drawn(columns + rows, rows * columns);
      const [none, ofY, dy, ofBoth, dyOfBoth, dx] = await onDevice(rows, real, (tape, memory, state) => {
        const sides = () => ({
          y: memory.put(y, [rows, columns]),
          x: isPair(kind) ? memory.put(x, [rows, columns]) : undefined,
        });
        const [first, second, third] = [sides(), sides(), sides()];
        const sums = [
          rowSums(tape, kind, first, state, factor, 'none'),
          rowSums(tape, kind, second, state, factor, 'y'),
          rowSums(tape, kind, third, state, factor, 'both'),
        ];
        return [
          sums[0],
          sums[1],
          tape.grad(second.y),
          sums[2],
          tape.grad(third.y),
          ...(third.x ? [tape.grad(third.x)] : []),
        ];
      });
      const wanted = reference(terms[kind], y, x, columns, real, factor);
      const what = `${rows} rows, ${real} real`;
      for (const sums of [none, ofY, ofBoth])
        expectClose(perRow(sums, rows), wanted.rows, 4e-7 * Math.max(...wanted.magnitude), what);
      for (const gradient of [dy, dyOfBoth]) expectNear(gradient, wanted.dy, 4e-7, `${what}, dy`);
      if (isPair(kind)) expectNear(dx, wanted.dx, 4e-7, `${what}, dx`);
    }
  });

  it('counts rows past the real ones nothing, whatever they hold', async () => {
    for (const columns of [6, 8]) {
      const { y, x } = drawn(columns, 5 * columns);
      y.fill(-1e4, 3 * columns);
      x.fill(1e4, 3 * columns);
      const [sums, ...gradients] = await onDevice(5, 3, (tape, memory, state) => {
        const sides = { y: memory.put(y, [5, columns]), x: isPair(kind) ? memory.put(x, [5, columns]) : undefined };
        return [
          rowSums(tape, kind, sides, state, 1, 'both'),
          tape.grad(sides.y),
          ...(sides.x ? [tape.grad(sides.x)] : []),
        ];
      });
      expect([...perRow(sums, 5).subarray(3)]).toEqual([0, 0]);
      for (const gradient of gradients) {
        expect(gradient.subarray(0, 3 * columns).every((v) => v !== 0)).toBe(true);
        expect(gradient.subarray(3 * columns).every((v) => v === 0)).toBe(true);
      }
    }
  });

  it('writes the gradients that are wanted and no others', async () => {
    const tape = makeTape(await sharedGpu());
    const state = tape.tensor([12], 'u32');
    for (const gradients of ['none', 'y', 'both'] as const) {
      const [y, x] = [tape.tensor([2, 3]), tape.tensor([2, 3])];
      rowSums(tape, kind, { y, x: isPair(kind) ? x : undefined }, state, 1, gradients);
      const { tensors } = tape.dispatches.at(-1)!;
      expect([tensors.includes(tape.grad(y)), tensors.includes(tape.grad(x))]).toEqual([
        gradients !== 'none',
        gradients === 'both' && isPair(kind),
      ]);
    }
  });

  it('takes rows of several sides, those of y', async () => {
    const { y, x } = drawn(3, 42);
    for (const [yShape, xShape] of [
      [
        [3, 2, 7],
        [3, 2, 7],
      ],
      [
        [7, 6],
        [7, 6],
      ],
      [[42], [42]],
    ]) {
      const rows = yShape[0];
      const real = Math.ceil(rows / 2);
      const [sums, dy] = await onDevice(rows, real, (tape, memory, state) => {
        const bound = memory.put(y, yShape);
        return [
          rowSums(tape, kind, { y: bound, x: isPair(kind) ? memory.put(x, xShape) : undefined }, state, 1, 'y'),
          tape.grad(bound),
        ];
      });
      const wanted = reference(terms[kind], y, x, 42 / rows, real, 1);
      expectNear(perRow(sums, rows), wanted.rows, 4e-7);
      expectNear(dy, wanted.dy, 4e-7);
    }
  });
});

describe('through an activation', () => {
  /** y = f(z), and x = g(u) where there are two. */
  const check = async (kind: TermKind, f: Activation, g: Activation) => {
    const [rows, real] = [4, 3];
    for (const columns of [5, 8]) {
      const [z, u] = [new Draw(1).offZero(rows * columns, 0.1, 3), new Draw(2).offZero(rows * columns, 0.1, 3)];
      const [sums, dz, du] = await onDevice(rows, real, (tape, memory, state) => {
        const [below, beside] = [memory.put(z, [rows, columns]), memory.put(u, [rows, columns])];
        const sides = { y: activate(tape, below, f), x: isPair(kind) ? activate(tape, beside, g) : undefined };
        const sums = rowSums(tape, kind, sides, state, 0.5, 'both');
        tape.differentiate();
        // The slope of y's activation is in the same dispatch; x's gradient goes through its own rule.
        const labels = tape.dispatches.map(({ shader }) => shader.label).filter((label) => label.endsWith('backward'));
        expect(labels).toEqual(isPair(kind) && g !== 'linear' ? [`${g} backward`] : []);
        return [sums, tape.grad(below), ...(sides.x ? [tape.grad(beside)] : [])];
      });
      const term = (y: number, x: number) => terms[kind](activations[f].f(y), activations[g].f(x));
      const wanted = reference(term, z, u, columns, real, 0.5);
      expectNear(perRow(sums, rows), wanted.rows, 1e-6, 'sums');
      expectNear(dz, wanted.dy, 1e-6, 'dz');
      if (isPair(kind)) expectNear(du, wanted.dx, 1e-6, 'du');
    }
  };

  it.each(activationNames)('%s, folded into the gradient', async (activation) => {
    for (const kind of kinds) await check(kind, activation, 'linear');
  });

  it.each(activationNames)('%s of the second side', async (activation) => {
    for (const kind of ['product', 'mse'] as const) await check(kind, 'tanh', activation);
  });
});

it('adds its gradients to others', async () => {
  for (const columns of [3, 4]) {
    const { y, x } = drawn(5, 2 * columns);
    const [dy, dx] = await onDevice(2, 2, (tape, memory, state) => {
      const sides = { y: memory.put(y, [2, columns]), x: memory.put(x, [2, columns]) };
      // The first to write dx is the second to write dy.
      rowSums(tape, 'square', { y: sides.y }, state, 2, 'y');
      rowSums(tape, 'product', sides, state, 1, 'both');
      rowSums(tape, 'mse', sides, state, 0.5, 'both');
      rowSums(tape, 'bce', sides, state, 1, 'y');
      rowSums(tape, 'absolute', { y: sides.x }, state, 3, 'y');
      return [tape.grad(sides.y), tape.grad(sides.x)];
    });
    const of = (kind: TermKind, factor: number) => reference(terms[kind], y, x, columns, 2, factor);
    const [square, product, mse, bce] = [of('square', 2), of('product', 1), of('mse', 0.5), of('bce', 1)];
    const absolute = reference(terms.absolute, x, y, columns, 2, 3);
    expectNear(
      dy,
      square.dy.map((v, i) => v + product.dy[i] + mse.dy[i] + bce.dy[i]),
      4e-7,
      'dy',
    );
    expectNear(
      dx,
      product.dx.map((v, i) => v + mse.dx[i] + absolute.dy[i]),
      4e-7,
      'dx',
    );
  }
});

it('|y| has slope 0 at 0', async () => {
  const [sums, dy] = await onDevice(1, 1, (tape, memory, state) => {
    const y = memory.put([0, -0, 2, -3], [1, 4]);
    return [rowSums(tape, 'absolute', { y }, state, 1, 'y'), tape.grad(y)];
  });
  expect(perRow(sums, 1)[0]).toBe(5);
  expectClose(dy, [0, 0, 1, -1], 0);
});

it.each(pairs)('refuses sides of different shapes: %s', async (kind) => {
  const tape = makeTape(await sharedGpu());
  const state = tape.tensor([12], 'u32');
  for (const shape of [[3, 2], [6], [2, 3, 1], [2, 4]]) {
    const sides = { y: tape.tensor([2, 3]), x: tape.tensor(shape) };
    expect(() => rowSums(tape, kind, sides, state, 1, 'both')).toThrow(ShapeError);
    expect(() => rowSums(tape, kind, sides, state, 1, 'both')).toThrow(
      `${kind}: [2, 3] and [${shape.join(', ')}] differ`,
    );
  }
  expect(tape.dispatches).toEqual([]);
});
