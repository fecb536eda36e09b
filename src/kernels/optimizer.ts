import { optimizerShader, optimizerStrip, type OptimizerKind } from '../../shaders/optimizer.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

export { momentCount, settingNames, type OptimizerKind } from '../../shaders/optimizer.ts';

/** The phase of a step that an optimizer belongs to. */
export interface OptimizerPhase {
  /** The number of the phase, counted from 0. */
  readonly phase: number;
  /** Receives what the optimizer changes, [1 + moments, values], in a phase that others follow. */
  readonly before?: Tensor;
}

/**
 * One step of the optimizer for all weights that have gradients, in one dispatch. The state then advances to the next
 * batch, unless another phase of the step follows.
 */
export function optimize(
  tape: Tape,
  kind: OptimizerKind,
  tensors: { values: Tensor; gradients: Tensor; moments?: Tensor; settings: Tensor; state: Tensor },
  { phase, before }: OptimizerPhase = { phase: 0 },
): void {
  const quads = tensors.gradients.size / 4;
  tape.run(
    optimizerShader(kind, before === undefined),
    { ...tensors, before },
    { constants: { quads, phase }, workgroups: Math.ceil(quads / (64 * optimizerStrip)) },
  );
}
