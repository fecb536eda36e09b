import type { Gpu } from './device.ts';
import { emptyTensor, writeTensor, type Tensor } from './tensor.ts';

/** The words of `State` in `shaders/state.ts`, in its order. */
const words = ['step', 'epoch', 'position', 'examples', 'batch', 'slot', 'seed', 'origin', 't', 'bad'] as const;

export type StateValues = Record<(typeof words)[number], number>;

/** While no value has gone bad. */
export const noneBad = 0xffffffff;

const zero: StateValues = { step: 0, epoch: 0, position: 0, examples: 1, batch: 1, slot: 0, seed: 0, origin: 0, t: 0, bad: noneBad };

/** Makes the device's record of where a run stands. */
export const makeState = (gpu: Gpu): Tensor => emptyTensor(gpu, [words.length], 'u32', 'state');

export function writeState(gpu: Gpu, state: Tensor, values: Partial<StateValues>): void {
  const all = { ...zero, ...values };
  writeTensor(gpu, state, words.map((word) => all[word]));
}

export const parseState = (values: ArrayLike<number>): StateValues => Object.fromEntries(words.map((word, i) => [word, values[i]])) as StateValues;
