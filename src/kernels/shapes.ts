import { LatentGpuError, ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Coefficient, Size } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** The largest count that a float32 holds: it has all whole numbers up to here. */
export const mostCounted = 2 ** 24;

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** Checks that two shapes are equal. @throws ShapeError with both */
export function checkSameShape(kernel: string, a: Tensor, b: Tensor): void {
  if (!sameShape(a.shape, b.shape)) throw new ShapeError(`${kernel}: ${shown(a.shape)} and ${shown(b.shape)} differ`);
}

/** Checks that there is a weight for each row, if there are weights. @throws ShapeError */
export function checkRowWeights(kernel: string, weights: Tensor | undefined, rows: number): void {
  if (weights && weights.size !== rows)
    throw new ShapeError(`${kernel}: the weights are ${shown(weights.shape)}, but there are ${rows} rows`);
}

/** Whether this number of values is whole vec4s. */
export const wholeVec4s = (n: number): boolean => n % 4 === 0;

/** The number of vec4s of a tensor; elementwise kernels also work on the unused end of the last. */
export const quadsOf = (tensor: Tensor): number => Math.ceil(tensor.size / 4);

/**
 * Reads a coefficient that must be one number for all steps.
 * @throws LatentGpuError for a tensor with one for each step
 */
export function aNumber(loss: string, counts: Coefficient): number {
  if (typeof counts !== 'number')
    throw new LatentGpuError(`${loss}: its coefficient must be a number, not a tensor with one for each step`);
  return counts;
}

/**
 * Returns the size of a loss's dispatch. If the loss counts in the differentiated sum, the dispatch also writes the
 * gradient, times `factor` and the coefficient.
 * @throws LatentGpuError as `aNumber`
 */
export function lossSize(loss: string, size: Size, factor: number, counts?: Coefficient): Size {
  const gradient = counts !== undefined && { gradient_factor: factor * aNumber(loss, counts) };
  return { ...size, constants: { ...size.constants, ...gradient } };
}
