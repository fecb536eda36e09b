import type { Dataset } from '../../data/dataset.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Scope } from '../../runtime/scope.ts';
import { boundRange, emptyTensor, type Tensor } from '../../runtime/tensor.ts';

/** The data that a training step provides to the parts that are recorded in it. */
export interface InStep {
  readonly data: Dataset;
  /** The number of rows of a batch; the last one of an epoch may have fewer examples. */
  readonly batch: number;
  /** The number of the recorded phase. */
  readonly phase: number;
  /** The objects that undo the changes that recorded dispatches make beside the optimizers. */
  readonly undos: Undo[];
  /** The scope that lives as long as the steps. */
  readonly scope: Scope;
}

/** What a part changes in a training step beside its loss. Each member records dispatches. */
export interface Constraint {
  /** Changes gradients before they are checked. */
  gradients?(): void;
  /** Changes weights before the optimizer's update; it must do nothing if the state says that a step has diverged. */
  beforeUpdate?(): void;
  /** Changes weights after the optimizer's update, with the same condition. The state is that of the next batch. */
  afterUpdate?(): void;
}

/** Undoes changes of the newest step. */
export interface Undo {
  /** The first phase of the step that makes the change. */
  readonly phase: number;
  /** The first tensor that is changed. */
  readonly of: Tensor;
  takeBack(encoder: GPUCommandEncoder): void;
}

/**
 * Makes a tensor for the concatenated values of `tensors` before the newest step, from which they are restored if the
 * step diverges. The caller has to write it before it changes them, in each step that has not diverged. Returns
 * undefined if an earlier caller does this already.
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
