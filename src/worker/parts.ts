/** Makers of models' parts as plain data. The real makers in the worker check the arguments. */
import type { EveryMaker } from '../models/parts/makers.ts';
import type { Part } from '../models/parts/part.ts';
import type { Prior } from '../models/parts/priors.ts';

/** The arguments of the real maker, with plain data instead of parts. */
export type Plain<T> = T extends Part
  ? Part
  : T extends readonly Part[]
    ? Part[]
    : T extends { prior?: Prior }
      ? 'prior' extends keyof T
        ? Omit<T, 'prior'> & { prior?: Part }
        : T
      : T;
type PlainArguments<F> = F extends (...args: infer A) => unknown ? { [I in keyof A]: Plain<A[I]> } : never;

const maker =
  <N extends keyof EveryMaker>(name: N) =>
  (...args: PlainArguments<EveryMaker[N]>): Part => ({ name, args });

export const dense = maker('dense');
export const activation = maker('activation');
export const dropout = maker('dropout');
export const gaussian = maker('gaussian');
export const vectorQuantizer = maker('vectorQuantizer');
export const conv2d = maker('conv2d');
export const convTranspose2d = maker('convTranspose2d');
export const maxPool2d = maker('maxPool2d');
export const avgPool2d = maker('avgPool2d');
export const upsample2d = maker('upsample2d');
export const conv1d = maker('conv1d');
export const convTranspose1d = maker('convTranspose1d');
export const maxPool1d = maker('maxPool1d');
export const avgPool1d = maker('avgPool1d');
export const upsample1d = maker('upsample1d');
export const flatten = maker('flatten');
export const reshape = maker('reshape');
export const layerNorm = maker('layerNorm');
export const groupNorm = maker('groupNorm');
export const batchNorm = maker('batchNorm');
export const residual = maker('residual');
export const stopGradient = maker('stopGradient');
export const topK = maker('topK');

export const gaussianNoise = maker('gaussianNoise');
export const maskNoise = maker('maskNoise');
export const saltAndPepper = maker('saltAndPepper');
export const downsample = maker('downsample');
export const shuffleTiles = maker('shuffleTiles');
export const hideCells = maker('hideCells');
export const swapNoise = maker('swapNoise');

export const contractive = maker('contractive');
export const stochasticContractive = maker('stochasticContractive');
export const sparsity = maker('sparsity');
export const weightDecay = maker('weightDecay');
export const adversarial = maker('adversarial');
export const mmd = maker('mmd');
export const unitNorm = maker('unitNorm');
export const deadLatents = maker('deadLatents');

export const huber = maker('huber');
export const elementwise = maker('elementwise');
export const categorical = maker('categorical');

export const normal = maker('normal');
export const uniform = maker('uniform');

export const standardize = maker('standardize');
export const minMax = maker('minMax');

/** A type that does not compile if a maker of the library has no counterpart above. */
export type Complete = Pick<typeof import('./parts.ts'), keyof EveryMaker>;
