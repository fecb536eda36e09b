import { describe, expect, it } from 'vitest';
import { elu } from '../../src/kernels/activation.ts';
import { add, divide, multiply, subtract } from '../../src/kernels/elementwise.ts';
import { ShapeError } from '../../src/errors.ts';
import { sum } from '../../src/kernels/reduce.ts';
import { Parameters } from '../../src/runtime/parameters.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { sizeOf, type Tensor } from '../../src/runtime/tensor.ts';
import { broadcastShape, elementwise } from '../reference/elementwise.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, runOne, recording } from '../support/run.ts';

const operations: {
  name: string;
  record: (tape: Tape, a: Tensor, b: Tensor) => Tensor;
  combine: (a: number, b: number) => number;
}[] = [
  { name: 'add', record: add, combine: (a, b) => a + b },
  { name: 'subtract', record: subtract, combine: (a, b) => a - b },
  { name: 'multiply', record: multiply, combine: (a, b) => a * b },
  { name: 'divide', record: divide, combine: (a, b) => a / b },
];

const awkward: [number[], number[]][] = [
  [[1], [1]],
  [[5], [5]],
  [[8], [8]],
  [[257], [257]],
  [[5], [1]],
  [[1], [5]],
  [[3, 4], [4]],
  [[4], [3, 4]],
  [
    [3, 1],
    [1, 5],
  ],
  [
    [7, 3],
    [7, 1],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [
    [2, 3, 4, 5],
    [2, 3, 4, 5],
  ],
  [
    [2, 1, 4, 1],
    [3, 1, 5],
  ],
  [
    [1, 1, 1, 1],
    [2, 3, 2, 3],
  ],
  [[1, 1, 5], [5]],
];

/** The operation whose gradients need both operands takes all of them, the others each kind of pair: of one shape, with a side repeated, with both repeated. */
const shapesFor = (name: string) => (name === 'divide' ? awkward : [awkward[3], awkward[6], awkward[10]]);

/** A random shape, and two operands that go together into it. */
function randomShapes(draw: Draw): [number[], number[]] {
  const shape = Array.from({ length: draw.whole(1, 4) }, () => draw.whole(1, 6));
  const operand = () => shape.slice(draw.whole(0, shape.length - 1)).map((n) => (draw.whole(0, 2) ? n : 1));
  return [operand(), operand()];
}

describe.each(operations)('$name', ({ name, record, combine }) => {
  const check = async (aShape: number[], bShape: number[], draw: Draw) => {
    await checkGradient(await sharedGpu(), {
      inputs: [
        { values: draw.floats(sizeOf(aShape)), shape: aShape },
        { values: draw.offZero(sizeOf(bShape), 0.5, 2), shape: bShape },
      ],
      build: (tape, a, b) => {
        const y = record(tape, a, b);
        expect(y.shape).toEqual(broadcastShape(aShape, bShape));
        return y;
      },
      reference: (a, b) => elementwise(combine, a, aShape, b, bShape),
      name: `[${aShape}] and [${bShape}]`,
    });
  };

  it.each(shapesFor(name))('takes %j and %j', (a, b) => check(a, b, new Draw(1)));

  it('takes random shapes', async () => {
    const draw = new Draw(2);
    for (let i = 0; i < (name === 'divide' ? 12 : 3); i++) await check(...randomShapes(draw), draw);
  });

  it('takes the same tensor twice', async () => {
    for (const n of [5, 8]) {
      await checkGradient(await sharedGpu(), {
        inputs: [{ values: new Draw(3).offZero(n, 0.5, 2), shape: [n] }],
        build: (tape, a) => record(tape, record(tape, a, a), a), // Once more, as a − a and a / a have no gradient.
        reference: (a) => a.map((v) => combine(combine(v, v), v)),
      });
    }
  });

  it('sums a gradient along a side that the other operand repeats', async () => {
    const draw = new Draw(4);
    await checkGradient(await sharedGpu(), {
      inputs: [
        { values: draw.offZero(15, 0.5, 2), shape: [3, 5] },
        { values: draw.offZero(5, 0.5, 2), shape: [5] },
      ],
      build: (tape, a, b) => multiply(tape, record(tape, a, b), a),
      reference: (a, b) => elementwise(combine, a, [3, 5], b, [5]).map((v, i) => v * a[i]),
    });
  });

  it('refuses incompatible shapes', async () => {
    const { tape } = await recording();
    const of = (...shape: number[]) => tape.tensor(shape);
    await expectRefused(ShapeError, '[2, 3] and [2] cannot be broadcast', () => record(tape, of(2, 3), of(2)));
    expect(() => record(tape, of(4), of(5))).toThrow(ShapeError);
    expect(() => record(tape, of(1, 1, 1, 1, 2), of(2))).toThrow('up to four dimensions');
  });
});

it('divides by large and small numbers', async () => {
  const { memory, tape } = await recording();
  const b = Float32Array.of(1e15, 1e-15, -1e15, -1e-15, 1);
  const [one, other] = [memory.put(new Float32Array(5).fill(3)), memory.put(b)];
  const y = divide(tape, one, other);
  tape.differentiate(y, memory.put(new Float32Array(5).fill(1)));
  const [quotient, da, db] = await run(tape, [y, tape.grad(one), tape.grad(other)]);
  const relative = (values: Float64Array) => (i: number) => 4e-7 * Math.abs(values[i]);
  const wanted = [
    Float64Array.from(b, (v) => 3 / v),
    Float64Array.from(b, (v) => 1 / v),
    Float64Array.from(b, (v) => -3 / v / v),
  ] as const;
  expectClose(quotient, wanted[0], relative(wanted[0]));
  expectClose(da, wanted[1], relative(wanted[1]));
  expectClose(db, wanted[2], relative(wanted[2]));
});

it('writes only zeros to the padding after a parameter’s gradient, where a NaN would stop training', async () => {
  const { gpu, memory, tape } = await recording();
  const initial = Float32Array.of(1, 2, 3, 4, 5);
  const parameters = forThisTest(
    new Parameters(gpu, [
      { name: 'w', shape: [5], initial },
      { name: 'v', shape: [3], initial: initial.subarray(2) },
    ]),
  );
  const gradients = parameters.gradients;
  // In the padding, zero is divided by zero, and elu's gradient, the last to be added, starts from what no one has written.
  const [w, v] = [parameters.get('w'), parameters.get('v')];
  const first = sum(tape, elu(tape, w));
  const y = divide(tape, add(tape, first, sum(tape, divide(tape, w, w))), v);
  tape.differentiate(y, memory.put([1, 1, 1]));
  const values = await runOne(tape, gradients);
  expect(values).toHaveLength(128);
  const padding = [...values.entries()].filter(([i]) => (i >= 5 && i < 64) || i >= 67);
  // With their places, since these tell which kernel wrote too far.
  expect(padding.filter(([, value]) => !Object.is(value, 0)).map(([i, value]) => `${i}: ${value}`)).toEqual([]);
});
