import { optimizerShader, optimizerStrip, type OptimizerKind } from '../../shaders/optimizer.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

export { momentCount, settingNames, type OptimizerKind } from '../../shaders/optimizer.ts';

/** One step of the optimizer for all weights, in one dispatch; then the state moves on to the next batch. */
export function optimize(
  tape: Tape,
  kind: OptimizerKind,
  tensors: { values: Tensor; gradients: Tensor; moments?: Tensor; settings: Tensor; state: Tensor },
): void {
  const quads = tensors.values.size / 4;
  tape.run(optimizerShader(kind), tensors, {
    constants: { quads },
    workgroups: Math.ceil(quads / (64 * optimizerStrip)),
  });
}
