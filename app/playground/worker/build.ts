import {
  autoencoder,
  contractive,
  conv2d,
  convTranspose2d,
  dense,
  downsample,
  flatten,
  gaussian,
  gaussianNoise,
  maskNoise,
  minMax,
  reshape,
  saltAndPepper,
  shuffleTiles,
  sparsity,
  standardize,
  stochasticContractive,
  weightDecay,
  type Autoencoder,
  type AutoencoderSpec,
  type Gpu,
} from '../../../src/index.ts';
import type { Call, Parts } from '../parts.ts';

const makers = {
  contractive, conv2d, convTranspose2d, dense, downsample, flatten, gaussian, gaussianNoise, maskNoise, minMax, reshape, saltAndPepper, shuffleTiles,
  sparsity, standardize, stochasticContractive, weightDecay,
}; // prettier-ignore

/** The model that the parts describe. @throws what the library says of parts that do not fit */
export function build(
  gpu: Gpu,
  { input, encoder, decoder, corrupt, penalty, normalize, ...rest }: Parts,
): Promise<Autoencoder> {
  return autoencoder(gpu, {
    ...rest,
    input: input as AutoencoderSpec['input'],
    encoder: encoder.map(make<AutoencoderSpec['encoder'][number]>),
    decoder: decoder.map(make<AutoencoderSpec['decoder'][number]>),
    ...(corrupt && { corrupt: make<NonNullable<AutoencoderSpec['corrupt']>>(corrupt) }),
    ...(penalty && { penalty: make<NonNullable<AutoencoderSpec['penalty']>>(penalty) }),
    ...(normalize && { normalize: make<NonNullable<AutoencoderSpec['normalize']>>(normalize) }),
  });
}

function make<T>([name, ...values]: Call): T {
  const maker = makers[name as keyof typeof makers] as ((...values: unknown[]) => unknown) | undefined;
  if (!maker) throw new Error(`nothing makes a ${name}`);
  return maker(...values) as T;
}
