/** The makers of models' parts, as light as it gets: the worker has the real ones, which look their arguments through. */
import type * as corruptions from '../models/parts/corruptions.ts';
import type * as imageLayers from '../models/parts/image-layers.ts';
import type * as layers from '../models/parts/layers.ts';
import type * as losses from '../models/parts/losses.ts';
import type * as normalizations from '../models/parts/normalize.ts';
import type { MmdOptions } from '../models/parts/mmd.ts';
import type { Part } from '../models/parts/part.ts';
import type { AdversarialOptions } from '../models/parts/adversarial.ts';
import type * as penalties from '../models/parts/penalties.ts';
import type * as priors from '../models/parts/priors.ts';

type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;

const maker =
  <F>(name: string) =>
  (...args: Arguments<F>): Part => ({ name, args });

export const dense = maker<typeof layers.dense>('dense');
export const dropout = maker<typeof layers.dropout>('dropout');
export const gaussian = maker<typeof layers.gaussian>('gaussian');
export const conv2d = maker<typeof imageLayers.conv2d>('conv2d');
export const convTranspose2d = maker<typeof imageLayers.convTranspose2d>('convTranspose2d');
export const maxPool2d = maker<typeof imageLayers.maxPool2d>('maxPool2d');
export const upsample2d = maker<typeof imageLayers.upsample2d>('upsample2d');
export const flatten = maker<typeof imageLayers.flatten>('flatten');
export const reshape = maker<typeof imageLayers.reshape>('reshape');

export const gaussianNoise = maker<typeof corruptions.gaussianNoise>('gaussianNoise');
export const maskNoise = maker<typeof corruptions.maskNoise>('maskNoise');
export const saltAndPepper = maker<typeof corruptions.saltAndPepper>('saltAndPepper');
export const downsample = maker<typeof corruptions.downsample>('downsample');
export const shuffleTiles = maker<typeof corruptions.shuffleTiles>('shuffleTiles');

export const contractive = maker<typeof penalties.contractive>('contractive');
export const stochasticContractive = maker<typeof penalties.stochasticContractive>('stochasticContractive');
export const sparsity = maker<typeof penalties.sparsity>('sparsity');
export const weightDecay = maker<typeof penalties.weightDecay>('weightDecay');

export const huber = maker<typeof losses.huber>('huber');
export const elementwise = maker<typeof losses.elementwise>('elementwise');
/** Its layers, prior and optimizer are plain data here. */
export const adversarial = (
  discriminator: Part[],
  options: Omit<AdversarialOptions, 'prior'> & { prior?: Part } = {},
): Part => ({ name: 'adversarial', args: [discriminator, options] });

/** Its prior is plain data here. */
export const mmd = (weight: number, options: Omit<MmdOptions, 'prior'> & { prior?: Part } = {}): Part => ({
  name: 'mmd',
  args: [weight, options],
});

export const normal = maker<typeof priors.normal>('normal');
export const uniform = maker<typeof priors.uniform>('uniform');

export const standardize = maker<typeof normalizations.standardize>('standardize');
export const minMax = maker<typeof normalizations.minMax>('minMax');
