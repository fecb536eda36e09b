/** The makers of models' parts, with one table for each kind of part, and functions that make parts from plain data. */
import { OptionError } from '../../errors.ts';
import { shown } from '../../runtime/options.ts';
import { activation } from './activation.ts';
import { adversarial } from './adversarial.ts';
import { batchNorm } from './batch-norm.ts';
import { categorical } from './categorical.ts';
import { deadLatents } from './dead-latents.ts';
import {
  downsample,
  gaussianNoise,
  hideCells,
  maskNoise,
  saltAndPepper,
  shuffleTiles,
  swapNoise,
  type Corruption,
} from './corruptions.ts';
import { avgPool2d, conv2d, convTranspose2d, flatten, maxPool2d, reshape, upsample2d } from './image-layers.ts';
import type { Layer } from './layer.ts';
import { dense, dropout, gaussian } from './layers.ts';
import { elementwise, huber, type Loss } from './losses.ts';
import { mmd } from './mmd.ts';
import { minMax, standardize, type Normalize } from './normalize.ts';
import { groupNorm, layerNorm } from './norms.ts';
import { sameOptimizer, type Optimizer } from './optimizers.ts';
import type { Part } from './part.ts';
import { contractive, sparsity, stochasticContractive, weightDecay, type Penalty } from './penalties.ts';
import { normal, uniform, type Prior } from './priors.ts';
import { residual } from './residual.ts';
import { avgPool1d, conv1d, convTranspose1d, maxPool1d, upsample1d } from './sequence-layers.ts';
import { stopGradient } from './stop-gradient.ts';
import { topK } from './top-k.ts';
import { unitNorm } from './unit-norm.ts';
import { vectorQuantizer } from './vector-quantizer.ts';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- each maker looks its arguments through by itself */
type Makers<P> = Record<string, (...args: any[]) => P>;

/**
 * All makers by the kind of part that they make. A part in this table can be saved, loaded and sent to a worker. A
 * missing counterpart in `src/worker/parts.ts`, or a layer without an ONNX export in `src/models/saving`, is a compile
 * error.
 */
export const makers = {
  layers: {
    dense,
    activation,
    dropout,
    gaussian,
    vectorQuantizer,
    conv2d,
    convTranspose2d,
    maxPool2d,
    avgPool2d,
    upsample2d,
    conv1d,
    convTranspose1d,
    maxPool1d,
    avgPool1d,
    upsample1d,
    flatten,
    reshape,
    layerNorm,
    groupNorm,
    batchNorm,
    residual,
    stopGradient,
    topK,
  } satisfies Makers<Layer>,
  corruptions: {
    gaussianNoise,
    maskNoise,
    saltAndPepper,
    downsample,
    shuffleTiles,
    hideCells,
    swapNoise,
  } satisfies Makers<Corruption>,
  penalties: {
    contractive,
    stochasticContractive,
    sparsity,
    weightDecay,
    adversarial,
    mmd,
    unitNorm,
    deadLatents,
  } satisfies Makers<Penalty>,
  losses: { huber, elementwise, categorical } satisfies Makers<Loss>,
  normalizations: { standardize, minMax } satisfies Makers<Normalize>,
  priors: { normal, uniform } satisfies Makers<Prior>,
};

type Kinds = typeof makers;
/** The names of the makers of a kind of part. */
export type MakerName<K extends keyof Kinds> = keyof Kinds[K];
/** The layers that can be saved. */
export type LayerName = MakerName<'layers'>;
/** All makers by name. */
export type EveryMaker = Kinds['layers'] &
  Kinds['corruptions'] &
  Kinds['penalties'] &
  Kinds['losses'] &
  Kinds['normalizations'] &
  Kinds['priors'];

/** For makers whose arguments contain parts: makes these arguments from plain data. */
const argumentsOf: { [N in keyof EveryMaker]?: (args: unknown[]) => unknown[] } = {
  residual: ([layers]) => [readLayers(layers)],
  adversarial: ([discriminator, options]) => [readLayers(discriminator), withParts(options)],
  mmd: ([weight, options]) => [weight, withParts(options)],
};

/** Makes layers from plain data. @throws OptionError for anything but a list of parts that their makers accept */
export const readLayers = (written: unknown): Layer[] => read(makers.layers, written, 'layer');
/** Makes corruptions from plain data. @throws OptionError as `readLayers` */
export const readCorruptions = (written: unknown): Corruption[] => read(makers.corruptions, written, 'corruption');
/** Makes penalties from plain data. @throws OptionError as `readLayers` */
export const readPenalties = (written: unknown): Penalty[] => read(makers.penalties, written, 'penalty');
/** Makes losses from plain data. @throws OptionError as `readLayers` */
export const readLosses = (written: unknown): Loss[] => read(makers.losses, written, 'loss');
/** Makes priors from plain data. @throws OptionError as `readLayers` */
export const readPriors = (written: unknown): Prior[] => read(makers.priors, written, 'prior');
/** Makes normalisations from plain data. @throws OptionError as `readLayers` */
export const readNormalizations = (written: unknown): Normalize[] =>
  read(makers.normalizations, written, 'normalization');

/** The functions that make parts from plain data, for code that gets them as an argument. */
export const readers = { readCorruptions, readLayers, readLosses, readNormalizations, readPenalties, readPriors };

/** Returns options with their prior and optimizer made from plain data. */
function withParts(options: unknown): unknown {
  if (options === undefined) return {};
  const { prior, optimizer } = options as { prior?: unknown; optimizer?: Optimizer };
  return {
    ...(options as object),
    ...(prior !== undefined && { prior: readPriors([prior])[0] }),
    ...(optimizer !== undefined && { optimizer: sameOptimizer(optimizer) }),
  };
}

/** The most parts in a list, more than any model has; engines cannot spread much longer lists. */
const mostParts = 10_000;
const mostArguments = 4;

function read<P>(known: Makers<P>, written: unknown, what: string): P[] {
  if (!Array.isArray(written) || written.length > mostParts)
    throw new OptionError(`the ${what} list is missing or has more than ${mostParts} entries`);
  return written.map((each: unknown) => {
    const { name, args } = (each ?? {}) as Partial<Part>;
    if (typeof name !== 'string' || !Object.hasOwn(known, name))
      throw new OptionError(`there is no ${what} ${shown(name)}`);
    if (!Array.isArray(args) || args.length > mostArguments)
      throw new OptionError(`the arguments of ${name} must be a short list`);
    const given = args as unknown[];
    return known[name](...(argumentsOf[name as keyof EveryMaker]?.(given) ?? given));
  });
}
