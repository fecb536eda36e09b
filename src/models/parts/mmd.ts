import type { MmdKernel } from '../../kernels/mmd.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkNumber, checkOptions, checkWord } from '../../runtime/options.ts';
import { refuseSeveralSamples } from './layer.ts';
import { prepareAll, written } from './part.ts';
import type { Penalty } from './penalties.ts';
import { checkPrior, normal, type Prior } from './priors.ts';

const kernels = onDemand(() => import('../../kernels/mmd.ts'));

/** Options of `mmd`. */
export interface MmdOptions {
  /** The kernel: `'imq'`, inverse multiquadratics of several widths, or `'rbf'`, one Gaussian. Default `'imq'`. */
  kernel?: MmdKernel;
  /** The distribution that codes are pulled to, from which `sample` also draws. Default `normal()`. */
  prior?: Prior;
}

/**
 * Adds weight · MMD² between the codes of a batch and as many draws from a prior, reported as `mmd` before its weight.
 * It pulls the distribution of all codes to the prior, and leaves single codes free. Without a Gaussian code the model
 * is a Wasserstein autoencoder (WAE-MMD, Tolstikhin et al. 2018), with one an InfoVAE (Zhao et al. 2019). The width C
 * of the kernels is 2 · code size · the prior's variance. The estimate is unbiased: 0 on average where the
 * distributions agree, and at times below 0. A batch of one row gives no estimate.
 * @param weight the weight of the penalty in the loss
 * @param options the kernel and the prior
 * @example
 * ```ts
 * import { mmd, normal } from 'latentgpu';
 *
 * const penalty = mmd(0.05, { prior: normal({ stddev: 2 }) });
 * ```
 * @throws OptionError
 */
export function mmd(weight: number, options: MmdOptions = {}): Penalty {
  checkNumber('mmd: weight', weight, { above: 0 });
  checkOptions('mmd', options, ['kernel', 'prior']);
  const { kernel = 'imq', prior = normal() } = options;
  checkWord('mmd: kernel', kernel, ['imq', 'rbf']);
  checkPrior('mmd', prior);
  return {
    name: 'mmd',
    args: [weight, { kernel, prior: written([prior])[0] }],
    check: refuseSeveralSamples('mmd'),
    prior,
    prepare: (gpu) => prepareAll([kernels, prior], gpu),
    record({ pass, code }) {
      const width = 2 * (code.size / code.shape[0]) * prior.variance;
      const sums = kernels().mmd(pass.tape, kernel, code, prior.record(pass, code.shape), pass.state, width);
      return [{ name: 'mmd', sums, coefficient: weight }];
    },
  };
}
