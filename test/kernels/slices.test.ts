/** Products that are too much work for one dispatch. */
import { describe, expect, it } from 'vitest';
import { groupedConv2d } from '../../src/kernels/conv2d-grouped.ts';
import { conv2d, convTranspose2d } from '../../src/kernels/conv2d.ts';
import { dense } from '../../src/kernels/dense.ts';
import { slide } from '../../src/kernels/window.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { sizeOf, type Tensor } from '../../src/runtime/tensor.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

/** Cuts each product that is recorded so far into so many dispatches, as a large one would be. */
function cut(tape: Tape, slices: number): void {
  const cutOnes = tape.dispatches.flatMap((dispatch) => {
    const { constants, choice } = dispatch;
    if (!('slice' in constants)) return [dispatch];
    const share = (workgroups: number) => Math.ceil(workgroups / slices);
    const make = (way: string) => {
      const whole = choice!.make(way);
      return { ...whole, workgroups: share(whole.workgroups) };
    };
    return Array.from({ length: slices }, (_, slice) => ({
      ...dispatch,
      constants: { ...constants, slice },
      workgroups: share(dispatch.workgroups),
      choice: choice && { ...choice, make },
    }));
  });
  expect(cutOnes.length).toBeGreaterThan(tape.dispatches.length);
  tape.dispatches.splice(0, Infinity, ...cutOnes);
}

const window = slide('test', [9, 7, 5], { kernel: [3, 3], stride: 2, padding: 'same' });
const places = window.outputSize[0] * window.outputSize[1];

const layers: Record<string, { inputs: number[][]; record: (tape: Tape, [x, w, bias]: Tensor[]) => Tensor }> = {
  'a dense layer': {
    inputs: [[70, 33], [35, 33], [35]],
    record: (tape, [x, w, bias]) => dense(tape, x, w, bias, 'tanh'),
  },
  'a convolution': {
    inputs: [[3, 9 * 7 * 5], [20, 3, 3, 5], [20]],
    record: (tape, [x, w, bias]) => conv2d(tape, x, w, bias, window, 'tanh'),
  },
  'a convolution in groups': {
    inputs: [[3, 9 * 7 * 5], [3, 3, 1, 20], [20]],
    record: (tape, [x, w, bias]) => groupedConv2d(tape, x, w, bias, window, 5, 'tanh'),
  },
  'a transposed convolution': {
    inputs: [[3, places * 20], [20, 3, 3, 5], [5]],
    record: (tape, [x, w, bias]) => convTranspose2d(tape, x, w, bias, window, 'tanh'),
  },
}; // prettier-ignore

describe.each(Object.entries(layers))('%s', (_, { inputs, record }) => {
  it.each([2, 3, 50])('and its gradients have the same bits in %i dispatches each', async (slices) => {
    const results = [];
    for (const cutting of [false, true]) {
      const { memory, tape } = await recording();
      const draw = new Draw(slices);
      const put = (shape: readonly number[]) => memory.put(draw.floats(sizeOf(shape)), shape);
      const operands = inputs.map(put);
      const y = record(tape, operands);
      tape.differentiate(y, put(y.shape));
      if (cutting) cut(tape, slices);
      results.push(await run(tape, [y, ...operands.map((each) => tape.grad(each))]));
    }
    expect(results[1]).toEqual(results[0]);
  });
});

describe('a product of more than 2³³ multiply-adds', () => {
  const recorded = async (rows: number) => {
    const { tape } = await recording();
    const [x, w] = [tape.tensor([rows, 4096]), tape.tensor([4096, 4096])];
    const y = dense(tape, x, w, tape.tensor([4096]));
    const forward = tape.dispatches.length;
    tape.differentiate(y, tape.tensor(y.shape));
    return { forward, dispatches: tape.dispatches };
  };

  it('uses several dispatches, each for its own share of the outputs', async () => {
    const [one, eight] = [await recorded(512), await recorded(4096)];
    expect([one.forward, one.dispatches.length]).toEqual([1, 3]);
    expect([eight.forward, eight.dispatches.length]).toEqual([8, 24]);
    expect(eight.dispatches.map(({ constants }) => constants.slice)).toEqual(
      Array.from({ length: 24 }, (_, i) => i % 8),
    );
    expect(eight.dispatches.every(({ constants }) => !constants.add_y && !constants.add_sums)).toBe(true);
    expect(eight.dispatches[0].workgroups).toBe(one.dispatches[0].workgroups);
    const { ways, make } = eight.dispatches[0].choice!;
    expect(make(ways[0]).workgroups).toBe(eight.dispatches[0].workgroups);
  });

  it('also applies to convolutions', async () => {
    const { tape } = await recording();
    const large = slide('test', [64, 64, 64], { kernel: [3, 3], stride: 1, padding: 'same' });
    const w = tape.tensor([64, 3, 3, 64]);
    conv2d(tape, tape.tensor([128, 64 ** 3]), w, undefined, large);
    // 128 × 64 × 64 places, 9 × 64 × 64 multiply-adds each.
    expect(tape.dispatches.length).toBe(Math.ceil((128 * 64 * 64 * 9 * 64 * 64) / 2 ** 33));
  });
});
