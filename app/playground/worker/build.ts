import {
  activation,
  adagrad,
  adam,
  adamw,
  adversarial,
  autoencoder,
  batchNorm,
  contractive,
  conv2d,
  convTranspose2d,
  deadLatents,
  dense,
  downsample,
  dropout,
  flatten,
  gan,
  gaussian,
  gaussianNoise,
  maskNoise,
  minMax,
  mmd,
  normal,
  reshape,
  residual,
  saltAndPepper,
  sgd,
  shuffleTiles,
  sparsity,
  standardize,
  stochasticContractive,
  topK,
  uniform,
  unitNorm,
  vectorQuantizer,
  weightDecay,
  type Autoencoder,
  type AutoencoderSpec,
  type Gan,
  type Gpu,
  type Layer,
  type Optimizer,
  type Penalty,
} from '../../../src/index.ts';
import { isMade, type Call } from '../calls.ts';
import { optimizersOf, type GanParts, type Parts } from '../parts.ts';
import type { Settings } from '../settings.ts';

const makers = {
  activation, adagrad, adam, adamw, adversarial, batchNorm, contractive, conv2d, convTranspose2d, deadLatents, dense, downsample, dropout, flatten, gaussian, gaussianNoise, maskNoise,
  minMax, mmd, normal, reshape, residual, saltAndPepper, sgd, shuffleTiles, sparsity, standardize, stochasticContractive, topK, uniform, unitNorm,
  vectorQuantizer, weightDecay,
}; // prettier-ignore

/** Makes the autoencoder that the parts describe. @throws the library's error for parts that do not fit */
export function buildAutoencoder(
  gpu: Gpu,
  { input, encoder, decoder, corrupt, penalty, normalize, ...rest }: Parts,
): Promise<Autoencoder> {
  return autoencoder(gpu, {
    ...rest,
    input: input as AutoencoderSpec['input'],
    encoder: encoder.map(make<AutoencoderSpec['encoder'][number]>),
    decoder: decoder.map(make<AutoencoderSpec['decoder'][number]>),
    ...(corrupt && { corrupt: make<NonNullable<AutoencoderSpec['corrupt']>>(corrupt) }),
    ...(penalty && { penalty: penalty.map(make<Penalty>) }),
    ...(normalize && { normalize: make<NonNullable<AutoencoderSpec['normalize']>>(normalize) }),
  });
}

/** Makes the GAN that the parts describe. @throws the library's error for parts that do not fit */
export const buildGan = (gpu: Gpu, { code, generator, discriminator, seed }: GanParts): Promise<Gan> =>
  gan(gpu, { code, generator: generator.map(make<Layer>), discriminator: discriminator.map(make<Layer>), seed });

/** Returns the optimizers as options of a fit. */
export const optimizersFor = (settings: Settings): Record<string, Optimizer> =>
  Object.fromEntries(Object.entries(optimizersOf(settings)).map(([name, call]) => [name, make<Optimizer>(call)]));

function make<T>([name, ...values]: Call): T {
  const maker = makers[name as keyof typeof makers] as ((...values: unknown[]) => unknown) | undefined;
  if (!maker) throw new Error(`there is no maker of a ${name}`);
  return maker(...values.map(resolved)) as T;
}

/** Returns a value with nested calls replaced by their results. */
function resolved(value: unknown): unknown {
  if (isMade(value)) return make(value.call);
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner)]));
}
