/** Products that are too much work for one dispatch. */
import { expect } from 'vitest';
import { groupedConv2d } from '../../src/kernels/conv2d-grouped.ts';
import { conv2d, convTranspose2d } from '../../src/kernels/conv2d.ts';
import { dense } from '../../src/kernels/dense.ts';
import { windowOver } from '../../src/kernels/window.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { sizeOf, type Tensor } from '../../src/runtime/tensor.ts';
import { Draw } from './random.ts';
import { run, recording } from './run.ts';

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

const window = windowOver('test', [9, 7, 5], { kernel: [3, 3], stride: 2, padding: 'same' });
const places = window.outputSize[0] * window.outputSize[1];

interface Layer {
  inputs: number[][];
  record: (tape: Tape, [x, w, bias]: Tensor[]) => Tensor;
}

export const layers = {
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
} satisfies Record<string, Layer>; // prettier-ignore

/** A layer and its gradients have the same bits in so many dispatches each. */
export async function expectSameInSlices({ inputs, record }: Layer, slices: number): Promise<void> {
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
}
