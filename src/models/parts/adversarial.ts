import { stopGradient } from '../../kernels/elementwise.ts';
import { rowSums } from '../../kernels/loss.ts';
import { OptionError } from '../../errors.ts';
import { checkNumber, checkOptions, checkWord } from '../../runtime/options.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Pass } from '../training/pass.ts';
import type { Term } from '../training/terms.ts';
import { checkLayers, refuseCodes, refuseSeveralSamples, type Layer } from './layer.ts';
import { dense } from './layers.ts';
import type { Network } from './network.ts';
import { adam, checkOptimizer, type Optimizer } from './optimizers.ts';
import { prepareAll, written } from './part.ts';
import type { Game, Penalty } from './penalties.ts';
import { checkPrior, normal, type Prior } from './priors.ts';

/** Options of `adversarial`. */
export interface AdversarialOptions {
  /**
   * What the discriminator judges. `'code'` pulls the distribution of codes to the prior: the adversarial autoencoder.
   * `'output'` makes outputs of the decoder, from codes and from draws of the prior, look like data: the VAE/GAN.
   * Default `'code'`.
   */
  on?: 'code' | 'output';
  /** The weight of the adversary's loss in the model's loss. Default 1. */
  weight?: number;
  /** The distribution that codes are pulled to, from which `sample` also draws. Default `normal()`. */
  prior?: Prior;
  /**
   * With `on: 'output'`: the number of the discriminator's layers that an example and its reconstruction pass through
   * before they are compared, at least 1. The loss is the mean squared difference there; with a Gaussian code, half the
   * sum of squares. It does not train the discriminator. Default: the data themselves are compared, by the model's
   * `loss`.
   */
  features?: number;
  /** The discriminator's optimizer. Default `adam(2e-4, { beta1: 0.5 })`, that of DCGAN (Radford et al. 2016). */
  optimizer?: Optimizer;
}

/**
 * A penalty with a discriminator, which is trained in turn with the model, one step each. A last layer with one logit D
 * is added to the given layers. The discriminator minimises ½ (mean log(1 + e^−D(real)) + mean log(1 + e^D(fake))),
 * reported as `discriminator`; it is log 2 where it cannot tell them apart. The model minimises weight · mean log(1 +
 * e^−D(fake)), the non-saturating loss (Goodfellow et al. 2014), reported as `adversary` before its weight.
 *
 * On the code, draws from the prior are real and codes are fake: the adversarial autoencoder (Makhzani et al. 2015),
 * with encoder and decoder updated together as in the WAE-GAN (Tolstikhin et al. 2018). On the output, data are real
 * and outputs of the decoder are fake, half of them for codes, half for draws from the prior; this trains the decoder
 * alone (Larsen et al. 2016). With `features: n` the reconstruction loss compares what the discriminator computes in
 * its layer n: `fit` and `evaluate` report that distance as `reconstruction`, while `errors` still compares the data by
 * the model's `loss`.
 * @param discriminator the layers of the discriminator; a last layer with one logit is added
 * @param options what it judges, its weight, its optimizer and the prior
 * @example
 * ```ts
 * import { adam, adversarial, dense, normal } from 'latentgpu';
 *
 * const penalty = adversarial([dense(128, 'relu')], { prior: normal(), weight: 0.02, optimizer: adam(2e-4, { beta1: 0.5 }) });
 * ```
 * @throws OptionError
 */
export function adversarial(discriminator: Layer[], options: AdversarialOptions = {}): Penalty {
  checkLayers('adversarial: the discriminator', discriminator, 0);
  checkOptions('adversarial', options, ['on', 'weight', 'prior', 'features', 'optimizer']);
  const { on = 'code', weight = 1, prior = normal(), features, optimizer = dcganAdam() } = options;
  checkWord('adversarial: on', on, ['code', 'output']);
  checkNumber('adversarial: weight', weight, { above: 0 });
  checkPrior('adversarial', prior);
  if (features !== undefined) checkFeatures(features, on, discriminator.length);
  checkOptimizer('adversarial', optimizer);
  refuseCodes('adversarial', discriminator);
  const [plainPrior] = written([prior]);
  return {
    name: 'adversarial',
    args: [written(discriminator), { on, weight, prior: plainPrior, features, optimizer }],
    check: refuseSeveralSamples('adversarial'),
    prior,
    prepare: (gpu) => prepareAll([prior], gpu),
    opponent: {
      layers: [...discriminator, dense(1)],
      takes: on,
      features,
      optimizer,
      record: on === 'code' ? (game) => judgeCodes(game, prior) : (game) => judgeOutputs(game, prior),
    },
    record({ pass, code, decode, opponent }) {
      const fakes =
        on === 'code' ? [code] : [stopGradient(pass.tape, code), prior.record(pass, code.shape)].map(decode);
      return judged('adversary', pass, opponent!, fakes, 'real', 1).map((term) => ({ ...term, coefficient: weight }));
    },
  };
}

/** Returns the optimizer of DCGAN (Radford et al. 2016). */
export const dcganAdam = (): Optimizer => adam(2e-4, { beta1: 0.5 });

function checkFeatures(features: number, on: 'code' | 'output', layers: number): void {
  if (on === 'code') throw new OptionError("adversarial: features need on: 'output'");
  if (!layers) throw new OptionError('adversarial: features need a discriminator of at least one layer');
  checkNumber('adversarial: features', features, { least: 1, most: layers, whole: true });
}

function judgeCodes({ pass, network, code }: Game, prior: Prior): Term[] {
  return discriminated(pass, network, [prior.record(pass, code.shape)], [code]);
}

function judgeOutputs({ pass, network, x, code, decode }: Game, prior: Prior): Term[] {
  return discriminated(pass, network, [x], [decode(code), decode(prior.record(pass, code.shape))]);
}

/** Records the loss of a discriminator. */
export const discriminated = (pass: Pass, network: Network, real: Tensor[], fake: Tensor[]): Term[] => [
  ...judged('discriminator', pass, network, real, 'real', 0.5),
  ...judged('discriminator', pass, network, fake, 'fake', 0.5),
];

/**
 * Records a discriminator's logits of examples, and the mean loss of taking all of them for real or for fake, times a
 * factor.
 */
export function judged(
  name: string,
  pass: Pass,
  network: Network,
  examples: readonly Tensor[],
  as: 'real' | 'fake',
  factor: number,
): Term[] {
  return examples.map((each) => {
    const y = network.record(pass, each);
    return { name, sums: rowSums(pass.tape, as, { y }, pass.state, factor / examples.length) };
  });
}
