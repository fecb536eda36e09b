import { deadCount, idleShader, residualShader } from '../../shaders/dead-latents.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** The most examples that are counted: whole numbers of float32 end here. */
export const mostIdle = 2 ** 24;

/** Which latents of a code are dead. */
export interface Dead {
  /** [columns], 1 or 0; u32. */
  readonly dead: Tensor;
  /** How many of them there are, times the batch's real rows, [1]. */
  readonly total: Tensor;
}

/** What says how long a latent has not been active, and from when on it is dead. */
export interface IdleCounts {
  /** Examples since each latent was active last, [columns]. */
  readonly idle: Tensor;
  readonly after: number;
  readonly state: Tensor;
  /** In training, the code of the batch, [rows, columns], by which the counts go on unless a step has gone bad. */
  readonly code?: Tensor;
  /** Gets how the counts were, [columns]. */
  readonly kept?: Tensor;
}

/** Counts the examples since each latent was active last, and says which have been idle for so many: those are dead. No gradient. */
export function deadLatents(tape: Tape, { idle, after, state, code, kept }: IdleCounts): Dead {
  const columns = idle.size;
  const dead = tape.tensor([columns], 'u32', 'dead');
  const total = tape.tensor([1], 'f32', 'number of dead');
  tape.run(
    idleShader({ counts: code !== undefined, keeps: kept !== undefined }),
    { idle, dead, ...(code && { y: code, state, kept }) },
    { constants: { columns, after, ...(code && { rows: code.rows, most: mostIdle }) }, threads: columns },
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
