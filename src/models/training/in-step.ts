import type { Dataset } from '../../data/dataset.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Scope } from '../../runtime/scope.ts';
import { boundRange, emptyTensor, type Tensor } from '../../runtime/tensor.ts';

/** What a training step lends to what is recorded in it. */
export interface InStep {
  readonly data: Dataset;
  /** Rows of a batch; the last one of an epoch may have fewer examples. */
  readonly batch: number;
  /** The number of the phase that is recorded. */
  readonly phase: number;
  /** What takes back what recorded dispatches change beside the optimizers. */
  readonly undos: Undo[];
  /** Lives as long as the steps. */
  readonly scope: Scope;
}

/** Takes back what the newest step has changed. */
export interface Undo {
  /** The phase of the step that changes it first. */
  readonly phase: number;
  /** The first tensor of what it changes. */
  readonly of: Tensor;
  takeBack(encoder: GPUCommandEncoder): void;
}

/**
 * A place for how tensors were before the newest step, one behind the other, from where they are taken back if that goes bad. Whoever changes them has
 * to write it first, in each step that has not gone bad before. Undefined where someone does so already.
 */
export function keepBefore(gpu: Gpu, step: InStep, tensors: readonly Tensor[]): Tensor | undefined {
  const { phase, undos, scope } = step;
  const [of] = tensors;
  if (undos.some((undo) => undo.of === of)) return undefined;
  const size = tensors.reduce((sum, { size }) => sum + size, 0);
  const kept = scope.own(emptyTensor(gpu, [size], 'f32', 'before the step'));
  undos.push({
    phase,
    of,
    takeBack(encoder) {
      const source = boundRange(kept);
      let at = source.offset;
      for (const tensor of tensors) {
        const { buffer, offset } = boundRange(tensor);
        encoder.copyBufferToBuffer(source.buffer, at, buffer, offset, 4 * tensor.size);
        at += 4 * tensor.size;
      }
    },
  });
  return kept;
}
