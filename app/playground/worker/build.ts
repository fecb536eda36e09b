import {
  adversarial,
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
  mmd,
  normal,
  reshape,
  saltAndPepper,
  shuffleTiles,
  sparsity,
  standardize,
  stochasticContractive,
  uniform,
  weightDecay,
  type Autoencoder,
  type AutoencoderSpec,
  type Gpu,
} from '../../../src/index.ts';
import { isMade, type Call, type Parts } from '../parts.ts';

const makers = {
  adversarial, contractive, conv2d, convTranspose2d, dense, downsample, flatten, gaussian, gaussianNoise, maskNoise, minMax, mmd, normal, reshape,
  saltAndPepper, shuffleTiles, sparsity, standardize, stochasticContractive, uniform, weightDecay,
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
  return maker(...values.map(resolved)) as T;
}

/** With what other calls make in their places. */
function resolved(value: unknown): unknown {
  if (isMade(value)) return make(value.call);
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner)]));
}
