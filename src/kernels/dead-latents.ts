import { deadCount, idleShader, resampleShader, residualShader } from '../../shaders/dead-latents.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { drawConstants, type Draws } from './random.ts';
import { mostCounted } from './shapes.ts';

/** The dead latents of a code. */
export interface Dead {
  /** Whether each latent is dead, [columns], 1 or 0; u32. */
  readonly dead: Tensor;
  /** The number of dead latents times the batch's real rows, [1]. */
  readonly total: Tensor;
}

/** The counts of inactive examples, and the limit from which a latent is dead. */
export interface IdleCounts {
  /** The number of examples since each latent was last active, [columns]. */
  readonly idle: Tensor;
  readonly after: number;
  readonly state: Tensor;
  /** In training, the code of the batch, [rows, columns], which updates the counts unless a step has diverged. */
  readonly code?: Tensor;
  /** Receives the counts as they were, [columns]. */
  readonly kept?: Tensor;
}

/** Counts the examples since each latent was last active; a latent is dead from `after` on. No gradient. */
export function deadLatents(tape: Tape, { idle, after, state, code, kept }: IdleCounts): Dead {
  const columns = idle.size;
  const dead = tape.tensor([columns], 'u32', 'dead');
  const total = tape.tensor([1], 'f32', 'number of dead');
  tape.run(
    idleShader({ counts: code !== undefined, keeps: kept !== undefined }),
    { idle, dead, ...(code && { y: code, state, kept }) },
    { constants: { columns, after, ...(code && { rows: code.rows, most: mostCounted }) }, threads: columns },
  );
  tape.run(deadCount(), { dead, state, total }, { constants: { columns }, workgroups: 1 });
  return { dead, total };
}

/** x − y, or 0 where no latent is dead, as a constant: no gradient flows to x or y. */
export function residual(tape: Tape, x: Tensor, y: Tensor, { total }: Dead): Tensor {
  const e = tape.tensor(x.shape, 'f32', 'residual');
  tape.run(residualShader(), { x, y, total, e }, { constants: { size: x.size }, threads: x.size });
  return e;
}

/** The weights of a sparse code: encoder [latents, features], decoder [features, latents], and their biases, if any. */
export interface DictionaryWeights {
  readonly encoder: Tensor;
  readonly encoderBias?: Tensor;
  readonly decoder: Tensor;
  readonly decoderBias?: Tensor;
}

/** The counts of inactive examples, and the limit from which a latent gets new weights. */
export interface ResampledCounts {
  /** The number of examples since each latent was last active, [latents]. */
  readonly idle: Tensor;
  readonly limit: number;
}

/**
 * Gives latents that were inactive for long the directions of rows of e, [rows, features], the errors of a batch's
 * reconstructions, unless a step has diverged; their counts start again. In a step a row serves one latent, so that some
 * wait for a later step. No gradient.
 */
export function resampleLatents(
  tape: Tape,
  { encoder, encoderBias, decoder, decoderBias }: DictionaryWeights,
  e: Tensor,
  { idle, limit }: ResampledCounts,
  draws: Draws,
): void {
  const [latents, features] = encoder.shape;
  tape.run(
    resampleShader({ encoderBias: encoderBias !== undefined, decoderBias: decoderBias !== undefined }),
    {
      state: draws.state,
      e,
      idle,
      encoder,
      decoder,
      encoder_bias: encoderBias,
      ...(encoderBias && { decoder_bias: decoderBias }),
    },
    { constants: { latents, features, limit, ...drawConstants(draws) }, workgroups: e.rows },
  );
}
