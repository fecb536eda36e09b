import { LatentGpuError, ShapeError } from '../errors.ts';
import type { Coefficient } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** A shape as messages show it. */
export const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** @throws ShapeError naming both */
export function checkSameShape(kernel: string, a: Tensor, b: Tensor): void {
  if (!sameShape(a.shape, b.shape)) throw new ShapeError(`${kernel}: ${show(a.shape)} and ${show(b.shape)} differ`);
}

/** vec4s of a tensor; elementwise kernels also work on the unused tail of the last. */
export const quadsOf = (tensor: Tensor): number => Math.ceil(tensor.size / 4);

/** @throws LatentGpuError where a loss is to count another number in each step, and the kernel knows only of one */
export function aNumber(loss: string, counts: Coefficient): number {
  if (typeof counts !== 'number')
    throw new LatentGpuError(`${loss}: its coefficient is a number, not a tensor with one for each step`);
  return counts;
}
