import { wgsl } from './wgsl.ts';

/**
 * Chunk: where training stands. It lives on the device, so that no step needs a word from the host. The host's twin is
 * `src/runtime/state.ts`; the words are in the same order.
 */
export const state = (watched = false): string => wgsl`
struct State {
  /** Optimizer steps finished, over the model's whole life. */
  step: u32,
  epoch: u32,
  /** Examples of this epoch that are done. */
  position: u32,
  /** Examples in an epoch. */
  examples: u32,
  batch: u32,
  /** Where the next step's losses go. */
  slot: u32,
  seed: u32,
  /** The number of the optimizer's own step that is being done, from 1 on, set when its losses are added up. */
  t: u32,
  /** The place of the first value that was not finite: 0 the loss, else 1 + its offset among the phase's gradients; all ones while there is none. */
#if ${watched}
  bad: atomic<u32>,
#else
  bad: u32,
#endif
  /** Of this step, set when its losses are added up: the learning rate, and what gradients are multiplied by to clip their norm. */
  rate: f32,
  scale: f32,
  /** The phase of a step in which a bad value was found; all ones while there is none. */
  halted: u32,
}
`;

/** Chunk: `batch_rows()`, how many rows of the batch are real; the last batch of an epoch may be short. Needs a binding `state`. */
export const batchRows = wgsl`
fn batch_rows() -> u32 {
  return min(state.batch, state.examples - state.position);
}
`;

/** Chunk: `advance()`, which goes on to the next batch. One invocation calls it, in a dispatch where no other reads what it writes. */
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
