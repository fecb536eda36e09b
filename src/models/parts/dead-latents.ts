import { dense } from '../../kernels/dense.ts';
import { loss } from '../../kernels/loss.ts';
import { mostCounted } from '../../kernels/shapes.ts';
import { OptionError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkNumber, checkOptions } from '../../runtime/options.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { keepBefore } from '../training/in-step.ts';
import { zeros } from './initializers.ts';
import type { Layer } from './layer.ts';
import { prepareAll } from './part.ts';
import type { NetworkWeights, Penalty } from './penalties.ts';
import { checkSparseCode } from './unit-norm.ts';

const kernels = onDemand(() => import('../../kernels/dead-latents.ts'));
const largest = onDemand(() => import('../../kernels/top-k.ts'));

/** Options of `deadLatents`. */
export interface DeadLatentsOptions {
  /**
   * The number of training examples without activity after which a latent is dead. Default 100 · the code's width, at
   * most 10 million.
   */
  after?: number;
  /**
   * The number of dead latents, the most active ones, that try to explain what an example's reconstruction misses.
   * Default: a 32nd of the code's width, at most 512.
   */
  k?: number;
  /** The weight of the auxiliary loss in the model's loss. Default 1/32. */
  weight?: number;
  /**
   * The number of training examples without activity after which a latent gets new weights, at least `after`. Default:
   * it keeps its weights.
   */
  resample?: number;
}

/** Returns the defaults for a code of this width. */
const defaultsFor = (width: number) => ({
  after: Math.min(10_000_000, 100 * width),
  k: Math.min(512, Math.ceil(width / 32)),
});

/**
 * Revives latents of a sparse code that no example activates any more (Gao et al. 2024, section A.2): the `k` most
 * active dead ones of each example reconstruct what the others miss. It adds weight · mean (e − ê)² over the features
 * to the loss, reported as `deadLatents` before its weight. e = x − x̂ counts as a constant, and ê is the decoder's
 * output for those latents without its bias. It is 0 while no latent is dead; `dead` reports how many are.
 *
 * With `resample`, a latent that stays dead gets the direction e / ‖e‖ of an example's error, both as its column of the
 * decoder and as its weights in the encoder, and its count starts again (neuron resampling, Bricken et al. 2023, with a
 * random example of the batch). The encoder's bias makes it read that direction from x less the decoder's bias. The
 * optimizer's moments stay. An example gives its error to one latent in a step, so that some wait for a few steps.
 *
 * A latent is active in an example if its number in the code is not 0. Training counts at the start of each step;
 * `evaluate` counts nothing. `weights` and files keep the counts as `penalty.0.idle` [width] (for the first penalty):
 * the examples since each latent was last active, up to 2²⁴.
 * @example
 * ```ts
 * import { deadLatents, unitNorm } from 'latentgpu';
 *
 * const penalty = [unitNorm(), deadLatents({ after: 100_000 })]; // with encoder: [dense(…), topK(…)]
 * ```
 * @throws OptionError, also when the model is made, where the code is not of `topK`, the decoder is not one linear
 * `dense` with a weight of its own, the code is narrower than `k`, or with `resample` the encoder has another layer than
 * one `dense` before `topK`
 */
export function deadLatents(options: DeadLatentsOptions = {}): Penalty {
  checkOptions('deadLatents', options, ['after', 'k', 'weight', 'resample']);
  const { after, k, weight = 1 / 32, resample } = options;
  if (after !== undefined) checkNumber('deadLatents: after', after, { least: 1, most: mostCounted, whole: true });
  if (k !== undefined) checkNumber('deadLatents: k', k, { least: 1, whole: true });
  checkNumber('deadLatents: weight', weight, { above: 0 });
  if (resample !== undefined)
    checkNumber('deadLatents: resample', resample, { least: 1, most: mostCounted, whole: true });
  const given = { ...(after !== undefined && { after }), ...(k !== undefined && { k }) };
  const settings = (width: number) => ({ ...defaultsFor(width), ...given });
  return {
    name: 'deadLatents',
    usesTarget: true,
    args: [{ ...given, weight, ...(resample !== undefined && { resample }) }],
    check(encoder, decoder, tied) {
      checkSparseCode('deadLatents', encoder);
      checkDictionary(decoder, tied);
      if (resample !== undefined) checkOneLayer(encoder);
    },
    counters([width]) {
      if (k !== undefined && k > width)
        throw new OptionError(`deadLatents: k is ${k}, more than the ${width} numbers of the code`);
      if (resample !== undefined && resample < settings(width).after)
        throw new OptionError(
          `deadLatents: resample is ${resample}, less than after, which is ${settings(width).after}`,
        );
      return [zeros('idle', 'buffer', [width])];
    },
    prepare: (gpu) => prepareAll([kernels, largest], gpu),
    record({ pass, input, code, outputs, encoder, decoder, target, output, counter }) {
      const { tape, state, step, training } = pass;
      const { after, k } = settings(code.columns);
      const idle = counter('idle');
      const kept = training && step ? keepBefore(tape.gpu, step, [idle]) : undefined;
      const counted = { idle, after, state, ...(training && { code }), kept };
      const found = kernels().deadLatents(tape, counted);
      const latents = outputs.at(-2) ?? input;
      const entries = decoder.parameter(0, 'weight');
      const explained = dense(tape, largest().topK(tape, latents, k, found.dead).y, entries, undefined);
      const left = kernels().residual(tape, target, output(), found);
      const sums = loss(tape, 'mse', explained, left, state, 1 / left.columns);
      if (resample !== undefined && training) {
        const at = outputs.length - 2;
        const weights = {
          encoder: encoder.parameter(at, 'weight'),
          encoderBias: biasOf(encoder, at),
          decoder: entries,
          decoderBias: biasOf(decoder, 0),
        };
        const draws = pass.draws();
        pass.constraints.push({
          beforeUpdate: () => kernels().resampleLatents(tape, weights, left, { idle, limit: resample }, draws),
        });
      }
      return [
        { name: 'deadLatents', sums, coefficient: weight },
        { name: 'dead', sums: found.total, coefficient: 0 },
      ];
    },
  };
}

/** Returns the bias of a layer, if it has one. */
const biasOf = (network: NetworkWeights, i: number): Tensor | undefined =>
  network.placed[i].parameters.some(({ name }) => name === 'bias') ? network.parameter(i, 'bias') : undefined;

/** Checks that one dense layer computes the latents from the data. @throws OptionError */
function checkOneLayer(encoder: readonly Layer[]): void {
  const [last, ...before] = encoder.slice(0, -1).reverse();
  if (last?.name !== 'dense' || before.some(({ reshapes }) => !reshapes))
    throw new OptionError(
      `deadLatents: resample takes an encoder of one dense layer and topK, not of ${encoder.map(({ name }) => name).join(', ')}`,
    );
}

/** Checks that the decoder is one linear dense layer with a weight of its own. @throws OptionError */
function checkDictionary([first, ...rest]: readonly Layer[], tied: boolean): void {
  const behind = rest.find(({ reshapes }) => !reshapes);
  const problems: [boolean, string][] = [
    [tied, 'a tied one'],
    [first.name !== 'dense', `one that begins with ${first.name}`],
    [first.activation !== 'linear', `one with ${first.activation}`],
    [behind !== undefined, `one with ${behind?.name} behind it`],
  ];
  const found = problems.find(([is]) => is);
  if (found)
    throw new OptionError(
      `deadLatents: takes a decoder of one linear dense layer with a weight of its own, not ${found[1]}`,
    );
}
