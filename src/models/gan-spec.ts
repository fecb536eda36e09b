import { checkNumber, checkOptions, checkSeed } from '../runtime/options.ts';
import { checkLayers, refuseCodes, type Layer } from './parts/layer.ts';
import { checkPrior, normal, type Prior } from './parts/priors.ts';

/** The parts of a GAN. */
export interface GanSpec {
  /** The number of values in a code. */
  code: number;
  /** The layers from a code to an example; the output has the shape of the data. */
  generator: Layer[];
  /**
   * The layers from an example to the input of the last one, which is added and has one logit, high for examples judged
   * to be real.
   */
  discriminator: Layer[];
  /** The distribution that codes are drawn from. Default `normal()`. */
  prior?: Prior;
  /** Determines the initial weights, the order of examples and the codes. Default 0. */
  seed?: number;
}

/** Checks a spec. @throws OptionError */
export function readSpec(spec: GanSpec): Required<GanSpec> {
  checkOptions('gan', spec, ['code', 'generator', 'discriminator', 'prior', 'seed']);
  const { code, generator, discriminator, prior = normal(), seed = 0 } = spec;
  checkNumber('gan: code', code, { least: 1, whole: true });
  checkLayers('gan: the generator', generator, 1);
  checkLayers('gan: the discriminator', discriminator, 0);
  refuseCodes('gan', [...generator, ...discriminator]);
  checkPrior('gan', prior);
  checkSeed('gan', seed);
  return { code, generator, discriminator, prior, seed };
}
