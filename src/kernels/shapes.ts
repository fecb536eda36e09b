import { ShapeError } from '../errors.ts';
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
