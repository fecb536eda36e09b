import { describe, expect, it } from 'vitest';
import { add, multiply } from '../../src/kernels/elementwise.ts';
import { sumRowsInto } from '../../src/kernels/reduce.ts';
import { Parameters } from '../../src/runtime/parameters.ts';
import { readTensors, type Tensor } from '../../src/runtime/tensor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { checkSums, later, ran, recorded, type Sum } from '../support/partial-sums.ts';
import { Draw } from '../support/random.ts';
import { recording, runOne } from '../support/run.ts';

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
    expect((await checkSums(sums, new Draw(1))).filter((label) => label !== 'sum')).toEqual(['partial sums']);
  });

  it('are added up after stages that shorten long sums', async () => {
    const long: Sum[] = [[5000, 4], [128, 3], [3, 2]]; // prettier-ignore
    expect(await checkSums(long, new Draw(2))).toEqual(['sum', 'partial sums']);
  });

  it('are added to an existing gradient', async () => {
    const labels = await checkSums(sums.slice(0, 9), new Draw(3), 5);
    expect(labels.filter((label) => label === 'partial sums')).toHaveLength(1);
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
