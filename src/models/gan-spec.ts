import { OptionError } from '../errors.ts';
import { checkNumber, checkOptions, checkSeed } from '../runtime/options.ts';
import { checkLayers, type Layer } from './parts/layer.ts';
import { checkPrior, normal, type Prior } from './parts/priors.ts';

/** What `gan` makes a GAN of. */
export interface GanSpec {
  /** Numbers in a code. */
  code: number;
  /** From a code to an example; its output's shape is that of the data. */
  generator: Layer[];
  /** From an example to what is behind its last layer, one logit, which is added: high for what it takes for real. */
  discriminator: Layer[];
  /** What codes are drawn from. Default `normal()`. */
  prior?: Prior;
  /** Default 0. Weights, shuffles and codes all follow from it. */
  seed?: number;
}

/** A spec that has been looked through. @throws OptionError */
export function readSpec(spec: GanSpec): Required<GanSpec> {
  checkOptions('gan', spec, ['code', 'generator', 'discriminator', 'prior', 'seed']);
  const { code, generator, discriminator, prior = normal(), seed = 0 } = spec;
  checkNumber('gan: code', code, { least: 1, whole: true });
  checkLayers('gan: the generator', generator, 1);
  checkLayers('gan: the discriminator', discriminator, 0);
  const inner = [...generator, ...discriminator].find((layer) => layer.code);
  if (inner) throw new OptionError(`gan: ${inner.name} is the code of an autoencoder`);
  checkPrior('gan', prior);
  checkSeed('gan', seed);
  return { code, generator, discriminator, prior, seed };
}
