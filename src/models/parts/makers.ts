/** Parts of models as plain data, and back. */
import { OptionError } from '../../errors.ts';
import { shown } from '../../runtime/options.ts';
import { downsample, gaussianNoise, maskNoise, saltAndPepper, shuffleTiles, type Corruption } from './corruptions.ts';
import { conv2d, convTranspose2d, flatten, maxPool2d, reshape, upsample2d } from './image-layers.ts';
import { dense, dropout, gaussian, type Layer } from './layers.ts';
import { elementwise, huber, type Loss } from './losses.ts';
import { mmd } from './mmd.ts';
import { minMax, standardize, type Normalize } from './normalize.ts';
import { sameOptimizer, type Optimizer } from './optimizers.ts';
import type { Part } from './part.ts';
import { normal, uniform, type Prior } from './priors.ts';
import { adversarial } from './adversarial.ts';
import { contractive, sparsity, stochasticContractive, weightDecay, type Penalty } from './penalties.ts';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- each maker looks its arguments through by itself */
type Makers<P> = Record<string, (...args: any[]) => P>;

const layers = {
  dense,
  dropout,
  gaussian,
  conv2d,
  convTranspose2d,
  maxPool2d,
  upsample2d,
  flatten,
  reshape,
} satisfies Makers<Layer>;

/** The layers that can be saved. */
export type LayerName = keyof typeof layers;

const corruptions: Makers<Corruption> = { gaussianNoise, maskNoise, saltAndPepper, downsample, shuffleTiles };
const priors: Makers<Prior> = { normal, uniform };
const readPrior = (written: unknown): { prior?: Prior } =>
  written === undefined ? {} : { prior: read(priors, [written], 'prior')[0] };
const penalties: Makers<Penalty> = {
  contractive,
  stochasticContractive,
  sparsity,
  weightDecay,
  // What it was made with has parts of its own.
  adversarial: (discriminator: unknown, { prior, optimizer, ...options }: Record<string, unknown> = {}) =>
    adversarial(readLayers(discriminator), {
      ...options,
      ...readPrior(prior),
      ...(optimizer !== undefined && { optimizer: sameOptimizer(optimizer as Optimizer) }),
    }),
  mmd: (weight: number, { prior, ...options }: Record<string, unknown> = {}) =>
    mmd(weight, { ...options, ...readPrior(prior) }),
};
const losses: Makers<Loss> = { huber, elementwise };
const normalizations: Makers<Normalize> = { standardize, minMax };

/** All of them, by what they make. */
export const makers = { layers, corruptions, penalties, losses, normalizations, priors };

/** @throws OptionError for what is no list of parts, or what a part's maker refuses */
export const readLayers = (written: unknown): Layer[] => read(layers, written, 'layer');
export const readCorruptions = (written: unknown): Corruption[] => read(corruptions, written, 'corruption');
export const readPenalties = (written: unknown): Penalty[] => read(penalties, written, 'penalty');
export const readLosses = (written: unknown): Loss[] => read(losses, written, 'loss');
export const readPriors = (written: unknown): Prior[] => read(priors, written, 'prior');
export const readNormalizations = (written: unknown): Normalize[] => read(normalizations, written, 'normalization');

/** More than any model has, and any maker takes: beyond, engines give up on lists that are spread. */
const mostParts = 10_000;
const mostArguments = 4;

function read<P>(makers: Makers<P>, written: unknown, what: string): P[] {
  if (!Array.isArray(written) || written.length > mostParts) throw new OptionError(`there is no list of ${what}s`);
  return written.map((each: unknown) => {
    const { name, args } = (each ?? {}) as Partial<Part>;
    if (typeof name !== 'string' || !Object.hasOwn(makers, name))
      throw new OptionError(`there is no ${what} ${shown(name)}`);
    if (!Array.isArray(args) || args.length > mostArguments) throw new OptionError(`${name} has no list of arguments`);
    return makers[name](...(args as unknown[]));
  });
}
