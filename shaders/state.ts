import { wgsl } from './wgsl.ts';

/**
 * Chunk: the state of training. It is kept on the device, so that a step needs no data from the host. Its counterpart on the host is
 * `src/runtime/state.ts`, with the words in the same order.
 */
export const state = (watched = false): string => wgsl`
struct State {
  /** Completed optimizer steps over the life of the model. */
  step: u32,
  epoch: u32,
  /** Examples of this epoch already processed. */
  position: u32,
  /** Examples in an epoch. */
  examples: u32,
  batch: u32,
  /** The slot for the losses of the next step. */
  slot: u32,
  seed: u32,
  /** The optimizer's current step, from 1 on, set when its losses are added up. */
  t: u32,
  /** The smallest index of a bad value: 0 for a loss that is not finite, 1 + n for the n-th gradient of the phase if it is not finite or at least 2⁶⁰; all ones if no value is bad. */
#if ${watched}
  bad: atomic<u32>,
#else
  bad: u32,
#endif
  /** The step's learning rate, followed by the factor that clips the gradients' norm. Both are set when the losses are added up. */
  rate: f32,
  scale: f32,
  /** The phase of a step in which a bad value was found, or all ones. */
  halted: u32,
}
`;

/** Chunk: `batch_rows()`, the number of real rows of the batch, as the last batch of an epoch may be short. Needs a binding `state`. */
export const batchRows = wgsl`
fn batch_rows() -> u32 {
  return min(state.batch, state.examples - state.position);
}
`;

/** The factor at the end of a term of a loss: the weight of its row, if rows are weighted. Needs `row` and a binding `weights`. */
export const byWeight = (weighted: boolean): string => (weighted ? ' * weights[row]' : '');

/** Chunk: `advance()`, which moves the state to the next batch. One invocation calls it, in a dispatch where no other reads those words. */
export const advance = wgsl`
fn advance() {
  state.slot += 1u;
  state.position += state.batch;
  if (state.position >= state.examples) {
    state.position = 0u;
    state.epoch += 1u;
  }
}
`;
