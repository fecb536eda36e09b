import type { Examples } from '../data/labels.ts';
import type { Gpu } from '../runtime/device.ts';
import type { Parameters } from '../runtime/parameters.ts';
import { Sampler } from './downstream/sampler.ts';
import type { Inside } from './model.ts';
import { checkTrained, makeParameters, type SavedValues } from './parts/first-values.ts';
import type { Layout } from './parts/layout.ts';
import type { Scales } from './parts/normalize.ts';
import { normal } from './parts/priors.ts';
import type { Owners, Parts } from './spec.ts';
import { isGaussian, trainable, type Hourglass } from './training/hourglass.ts';
import type { Losses } from './training/losses.ts';
import { newOwner, type Owner } from './training/trainable.ts';

/** An autoencoder whose weights are on the device. */
export interface Assembly<S extends Scales> {
  readonly hourglass: Hourglass<S>;
  readonly sampler: Sampler;
  /** The description that all models share, without the spec. */
  readonly inside: Omit<Inside<Losses, Examples>, 'spec'>;
}

/** Makes an autoencoder from checked parts. `alive` returns its owner, and `intake` uploads its data. */
export class Assembler {
  #rivals: Parameters<Layout> | undefined;

  constructor(private readonly alive: () => Owner) {}

  /** The owners of the weights of its networks. */
  get owners(): Owners {
    const { alive } = this;
    // A discriminator of codes takes neither data nor labels.
    const nothing = { place: undefined, classes: undefined, put: undefined };
    return { own: alive, rival: () => ({ ...alive(), parameters: this.#rivals!, ...nothing }) };
  }

  /**
   * Makes the networks and their weights, which start from `savedValues` if it is present.
   * @throws OptionError, OutOfMemoryError
   */
  assemble<S extends Scales>(
    gpu: Gpu,
    parts: Parts<S>,
    intake: Pick<Owner, 'classes' | 'put'>,
    savedValues?: SavedValues,
  ): Assembly<S> {
    const { encoder, decoder, discriminator, loss, corruptions, penalties, counters, seed } = parts;
    checkTrained('the model', [encoder, decoder]);
    const rivalry = discriminator ? [[discriminator]] : [];
    const parameterSets = makeParameters(gpu, [[encoder, decoder, counters], ...rivalry], seed, savedValues);
    const [parameters, rivals] = parameterSets;
    this.#rivals = rivals;
    const penalty = penalties.find((each) => each.opponent)?.opponent;
    const opponent = penalty && { penalty, network: discriminator!, parameters: rivals };
    const hourglass = { ...parts, opponent, weights: () => parameters.withRole('weight') };
    const model = trainable(hourglass, newOwner(gpu, parameters, { ...intake, blanks: takesBlanks(parts) }), seed);
    const prior = penalties.find((each) => each.prior)?.prior ?? (isGaussian(parts) ? normal() : undefined);
    const sampler = new Sampler(model.place, encoder, prior);
    return {
      hourglass,
      sampler,
      inside: {
        kind: 'autoencoder',
        trainable: model,
        networks: [encoder, decoder, ...rivalry.flat()],
        parameterSets,
        others: [parts.normalizer],
        parts: [loss, ...corruptions, ...penalties],
        extras: () => sampler.tensors(),
        weightsChanged: () => sampler.weightsChanged(),
      },
    };
  }
}

/**
 * Whether data may have blanks: only the loss, which can ignore them, may compare outputs with data, and a code has one
 * sample.
 */
function takesBlanks({ encoder, penalties, loss }: Parts<Scales>): boolean {
  const { code } = encoder;
  const single = code?.kind !== 'gaussian' || code.samples === 1;
  return single && !loss.exit && penalties.every(({ opponent, usesTarget }) => !opponent && !usesTarget);
}
