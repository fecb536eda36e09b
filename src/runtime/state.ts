import type { Gpu } from './device.ts';
import { boundRange, emptyTensor, writeTensor, type Tensor } from './tensor.ts';

/** The value of `bad` and `halted` while no value has diverged. */
export const noneBad = 0xffffffff;

/** The words of `State` in `shaders/state.ts`, in its order, with their values before a first step. */
const start = {
  step: 0,
  epoch: 0,
  position: 0,
  examples: 1,
  batch: 1,
  slot: 0,
  seed: 0,
  t: 0,
  bad: noneBad,
  rate: 0,
  scale: 1,
  halted: noneBad,
};

/** The position of training, as the words of the state's tensor: `step`, `epoch` and so on. */
export type StateValues = Record<keyof typeof start, number>;

const words = Object.keys(start) as (keyof StateValues)[];

export const stateWords = words.length;

/** The words that are floats there. */
const floats: readonly string[] = ['rate', 'scale'];

/** Makes the device's record of the position of training. */
export const makeState = (gpu: Gpu): Tensor => emptyTensor(gpu, [words.length], 'u32', 'state');

/** Writes the state; missing values are those before a first step. */
export function writeState(gpu: Gpu, state: Tensor, values: Partial<StateValues>): void {
  const all = { ...start, ...values };
  const asWord = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0];
  writeTensor(
    gpu,
    state,
    words.map((word) => (floats.includes(word) ? asWord(all[word]) : all[word])),
  );
}

/** Makes the next step's losses go to the first slot; all else on the device stays. */
export function rewind(gpu: Gpu, state: Tensor): void {
  const { buffer, offset } = boundRange(state);
  gpu.device.queue.writeBuffer(buffer, offset + 4 * words.indexOf('slot'), Uint32Array.of(0));
}

/** Parses the words that were read back of a state's tensor. */
export function parseState(values: ArrayLike<number>): StateValues {
  const asFloat = (word: number) => new Float32Array(Uint32Array.of(word).buffer)[0];
  return Object.fromEntries(
    words.map((word, i) => [word, floats.includes(word) ? asFloat(values[i]) : values[i]]),
  ) as StateValues;
}
