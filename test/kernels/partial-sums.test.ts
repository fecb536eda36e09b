import { describe, expect, it } from 'vitest';
import { add, multiply } from '../../src/kernels/elementwise.ts';
import { sumRowsLater } from '../../src/kernels/partial-sums.ts';
import { sumRowsInto } from '../../src/kernels/reduce.ts';
import { Parameters } from '../../src/runtime/parameters.ts';
import { compile } from '../../src/runtime/plan.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { readTensors, writeTensor, type Tensor } from '../../src/runtime/tensor.ts';
import { reduce, total } from '../reference/reduce.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { Draw } from '../support/random.ts';
import { recording, runOne, type Inputs } from '../support/run.ts';

/** A gradient as the sum of so many rows: [rows, values]. */
type Sum = readonly [rows: number, values: number];

/** Values as something that a dispatch has written. */
const recorded = (tape: Tape, memory: Inputs, values: ArrayLike<number>, shape: readonly number[]): Tensor =>
  multiply(tape, memory.put(values, shape), memory.put(new Float32Array(values.length).fill(1), shape));

/** Runs what is recorded, in buffers full of NaN. Returns the names of the dispatches, without those of `recorded`. */
async function ran(tape: Tape): Promise<string[]> {
  const plan = forThisTest(await compile(tape));
  plan.poison();
  await plan.run();
  return plan.labels.filter((label) => label !== 'multiply');
}

/** Runs what adds up each parameter's rows, over gradients full of NaN; `begun` of them have been begun by ones. Returns all of the gradients, and the names of the dispatches. */
async function gradientsOf(
  sums: readonly Sum[],
  rows: readonly Float32Array[],
  addUp: (tape: Tape, x: Tensor, y: Tensor) => void,
  begun = 0,
) {
  const { gpu, memory, tape } = await recording();
  const specs = sums.map(([, values], i) => ({ name: `p${i}`, shape: [values], initial: new Float32Array(values) }));
  const parameters = forThisTest(new Parameters(gpu, specs));
  writeTensor(gpu, parameters.gradients, new Float32Array(parameters.gradients.size).fill(NaN));
  const y = tape.tensor([1]);
  tape.backward(y, () =>
    sums.forEach(([length, values], i) => {
      const gradient = tape.grad(parameters.get(`p${i}`));
      if (i < begun) sumRowsInto(tape, memory.put(new Float32Array(values).fill(1), [1, values]), gradient);
      addUp(tape, recorded(tape, memory, rows[i], [length, values]), gradient);
    }),
  );
  tape.differentiate(y, memory.put([1]));
  const labels = await ran(tape);
  const [gradients] = await readTensors(gpu, [parameters.gradients]);
  return { gradients, labels };
}

const later = (tape: Tape, x: Tensor, y: Tensor) => sumRowsLater(tape, x, y, true);

/** Where each parameter's gradient begins: parameters lie 64 values apart. */
const starts = (sums: readonly Sum[]): number[] =>
  sums.map((_, i) => sums.slice(0, i).reduce((at, [, values]) => at + Math.ceil(values / 64) * 64, 0));

/** Checks the sums against float64, and bit for bit against a dispatch or more for each of them. */
async function check(sums: readonly Sum[], draw: Draw, begun = 0): Promise<string[]> {
  const rows = sums.map(([length, values]) => draw.floats(length * values));
  const { gradients, labels } = await gradientsOf(sums, rows, later, begun);
  const each = await gradientsOf(sums, rows, sumRowsInto, begun);
  // The padding too: it was NaN and is.
  expect(new Uint32Array(gradients.buffer)).toEqual(new Uint32Array(each.gradients.buffer));
  starts(sums).forEach((start, i) => {
    const [length, values] = sums[i];
    const wanted = reduce(rows[i], [length, values], 0, total).map((v) => v + (i < begun ? 1 : 0));
    const tolerance = 2 ** -24 * 2 * Math.sqrt(length) * Math.sqrt(length) + 1e-6;
    expectClose(gradients.slice(start, start + values), wanted, tolerance, `${length} rows of ${values}`);
  });
  return labels;
}

describe('rows of several gradients', () => {
  const sums: Sum[] = [
    [1, 1],
    [1, 4],
    [7, 3],
    [8, 12],
    [9, 64],
    [63, 5],
    [64, 260],
    [65, 8],
    [128, 36],
    [43, 1152],
    [129, 3],
    [1000, 4],
    [4096, 2],
    [260, 1],
    [1024, 1],
    [512, 1],
    [4, 1],
  ];

  it('are added up in one dispatch, close to float64 and with the same bits as separate dispatches', async () => {
    expect((await check(sums, new Draw(1))).filter((label) => label !== 'sum')).toEqual(['partial sums']);
  });

  it('are added up after stages that shorten long sums', async () => {
    const long: Sum[] = [[5000, 4], [128, 3], [3, 2]]; // prettier-ignore
    expect(await check(long, new Draw(2))).toEqual(['sum', 'partial sums']);
  });

  it('are added to an existing gradient', async () => {
    const labels = await check(sums.slice(0, 9), new Draw(3), 5);
    expect(labels.filter((label) => label === 'partial sums')).toHaveLength(1);
  });

  it('of many gradients, and of random sizes', async () => {
    const draw = new Draw(4);
    const many = Array.from({ length: 70 }, (): Sum => [
      draw.whole(1, 140),
      draw.pick([1, 1, 2, 3, 4, 7, 8, 12, 66, 128]),
    ]);
    expect((await check(many, draw)).filter((label) => label !== 'sum')).toEqual(['partial sums']);
  });
});

describe('a gradient with postponed rows', () => {
  const setUp = async () => {
    const { gpu, memory, tape } = await recording();
    const specs = ['p', 'q'].map((name) => ({ name, shape: [4], initial: new Float32Array(4) }));
    const parameters = forThisTest(new Parameters(gpu, specs));
    expect(parameters.gradients.size).toBe(128);
    const rows = (first: number) =>
      recorded(tape, memory, [0, 1, 2, 3, 4, 5, 6, 7].map((v) => v + first), [2, 4]); // prettier-ignore
    return { gpu, memory, parameters, tape, rows };
  };

  it('is complete for a dispatch that reads it, or the buffer of all gradients', async () => {
    for (const whole of [false, true]) {
      const { gpu, memory, parameters, tape, rows } = await setUp();
      const [p, q] = ['p', 'q'].map((name) => parameters.get(name));
      const y = tape.tensor([1]);
      let doubled!: Tensor;
      tape.backward(y, () => {
        later(tape, rows(0), tape.grad(p));
        later(tape, rows(10), tape.grad(q));
        const read = whole ? parameters.gradients : tape.grad(q);
        doubled = add(tape, read, read);
        later(tape, rows(0), tape.grad(p));
      });
      tape.differentiate(y, memory.put([1]));
      tape.keep(doubled);
      expect(await ran(tape)).toEqual(['partial sums', 'add', 'partial sums']);
      const [gradients] = await readTensors(gpu, [parameters.gradients]);
      expect([...gradients.slice(0, 4), ...gradients.slice(64, 68)]).toEqual([8, 12, 16, 20, 24, 26, 28, 30]);
    }
  });

  it('receives further postponed rows and other dispatches in their order', async () => {
    const { gpu, memory, parameters, tape, rows } = await setUp();
    const p = parameters.get('p');
    const y = tape.tensor([1]);
    tape.backward(y, () => {
      later(tape, rows(0), tape.grad(p));
      later(tape, rows(1), tape.grad(p));
      sumRowsInto(tape, rows(2), tape.grad(p));
      later(tape, rows(3), tape.grad(p));
    });
    tape.differentiate(y, memory.put([1]));
    expect(await ran(tape)).toEqual(['partial sums', 'partial sums', 'sum', 'partial sums']);
    const [gradients] = await readTensors(gpu, [parameters.gradients]);
    expect([...gradients.slice(0, 4)]).toEqual([28, 36, 44, 52]);
  });

  it('lets the gradient flow on from its tensor', async () => {
    const { memory, tape, rows } = await setUp();
    const x = memory.put(new Float32Array(4));
    const w = multiply(tape, x, memory.put([1, 2, 3, 4]));
    const y = tape.tensor([1]);
    tape.backward(y, () => later(tape, rows(0), tape.grad(w)));
    tape.differentiate(y, memory.put([1]));
    expect([...(await runOne(tape, tape.grad(x)))]).toEqual([4, 12, 24, 40]);
  });
});
