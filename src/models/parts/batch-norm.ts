import { OptionError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkNumber, checkOptions } from '../../runtime/options.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import { keepBefore } from '../training/in-step.ts';
import { zeros } from './initializers.ts';
import type { Layer, ParameterSpec } from './layer.ts';
import { affine, readEpsilon, type NormOptions } from './norms.ts';

const kernels = onDemand(() => import('../../kernels/batch-norm.ts'));

/** Options of `batchNorm`. */
export interface BatchNormOptions extends NormOptions {
  /** The weight of the newest batch in the running statistics. Default 0.1, as in PyTorch. */
  momentum?: number;
}

/**
 * Batch normalisation: y = (x − mean) / √(variance + ε) · weight + bias for each feature of [d], or each channel of
 * [h, w, channels] (Ioffe & Szegedy 2015). In training, mean and variance are those of the batch, over all places. Each
 * step updates `running_mean`, `running_var` (with Bessel's correction) and `num_batches_tracked`, which files keep as
 * in PyTorch. Outside of training the running ones are used.
 * @example
 * ```ts
 * import { activation, batchNorm, conv2d } from 'latentgpu';
 *
 * const encoder = [conv2d(16, 3, 'linear', { bias: false }), batchNorm(), activation('relu')];
 * ```
 * @throws OptionError; also in `fit`, where a batch has a single row with a single place
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  checkOptions('batchNorm', options, ['momentum', 'epsilon']);
  const { momentum = 0.1, epsilon: given } = options;
  checkNumber('batchNorm: momentum', momentum, { least: 0, most: 1 });
  const epsilon = readEpsilon('batchNorm', { epsilon: given });
  return {
    name: 'batchNorm',
    args: [{ momentum, epsilon }],
    keepsOrder: true,
    prepare: kernels.prepare,
    outputShape: (input) => [...input],
    parameters(input, around) {
      const [weight, bias] = affine(input, around);
      const buffer = (name: string, like: ParameterSpec): ParameterSpec => ({ ...like, name, role: 'buffer' });
      return [
        weight,
        bias,
        buffer('running_mean', bias),
        buffer('running_var', weight),
        zeros('num_batches_tracked', 'buffer', []),
      ];
    },
    forward(pass, x, parameter, { input }) {
      const [weight, bias] = ['weight', 'bias'].map(parameter);
      const [runningMean, runningVar] = ['running_mean', 'running_var'].map(parameter);
      const batchesTracked = parameter('num_batches_tracked');
      const tensors = { weight, bias, runningMean, runningVar };
      if (!pass.training) return kernels().batchNormApply(pass.tape, x, tensors, epsilon);
      const places = sizeOf(input.slice(0, -1));
      const { data, batch = x.rows } = pass.step ?? {};
      const fewest = ((data?.length ?? 0) % batch || batch) * (x.rows / batch);
      if (places * fewest < 2)
        throw new OptionError(
          'batchNorm: a batch of one row has no variance; take a batchSize of 2 or more that does not leave one example for the last batch',
        );
      const kept = pass.step && keepBefore(pass.tape.gpu, pass.step, [runningMean, runningVar, batchesTracked]);
      return kernels().batchNorm(pass.tape, x, tensors, {
        places,
        momentum,
        epsilon,
        state: pass.state,
        batchesTracked,
        kept,
      });
    },
  };
}
