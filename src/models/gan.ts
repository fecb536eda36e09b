import type { Data } from '../data/dataset.ts';
import { OptionError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { checkWord } from '../runtime/options.ts';
import { sizeOf, type Matrix } from '../runtime/tensor.ts';
import { checkSample } from './downstream/check-rows.ts';
import { readSpec, type GanSpec } from './gan-spec.ts';
import { Model, type Inside } from './model.ts';
import { predict, type Recording } from './predict.ts';
import { dcganAdam } from './parts/adversarial.ts';
import { checkTrained, makeParameters, type SavedValues } from './parts/first-values.ts';
import { dense } from './parts/layers.ts';
import { Network } from './parts/network.ts';
import { checkOptimizer, type Optimizer } from './parts/optimizers.ts';
import { written } from './parts/part.ts';
import { takeSequences } from './parts/placed-layers.ts';
import type { Prior } from './parts/priors.ts';
import { refused } from './training/controls.ts';
import type { FitOptions, Training } from './training/fit-options.ts';
import { ganTrainable, type GanLosses } from './training/gan-phases.ts';
import { newOwner, type Owner } from './training/trainable.ts';

export type { GanLosses, GanSpec };

/**
 * The options of an autoencoder's `fit`, with an optimizer for each side. Options that depend on a falling loss are
 * missing: the losses of a GAN say little about its quality.
 */
export interface GanFitOptions<D = Data> extends Omit<
  FitOptions<GanLosses, D>,
  'optimizer' | 'patience' | 'minDelta' | 'restoreBest'
> {
  /**
   * The generator's optimizer. Default: that of the last `fit`, at first `adam(2e-4, { beta1: 0.5 })` (Radford et al.
   * 2016).
   */
  generator?: Optimizer;
  /** The discriminator's optimizer. Default: that of the last `fit`, at first `adam(2e-4, { beta1: 0.5 })`. */
  discriminator?: Optimizer;
}

/** A generator and a discriminator that are trained against each other. `gan` makes it. */
export class Gan extends Model<GanLosses> {
  /** The network from codes to examples. */
  readonly generator: Network;
  /** The network from examples to one logit each, [examples, 1]. */
  readonly discriminator: Network;
  /** @internal */
  protected readonly inside: Inside<GanLosses, Data>;
  readonly #prior: Prior;
  #samples = 0;

  /** Starts from the weights in `savedValues` if it is present. @internal */
  constructor(gpu: Gpu, spec: GanSpec, savedValues?: SavedValues) {
    super();
    const { code, generator, discriminator, prior, seed } = readSpec(spec);
    const owner = (): Owner => ({ ...this.alive(), place: undefined });
    const rival = (): Owner => ({ ...this.alive(), parameters: discriminating });
    this.#prior = prior;
    const options = { around: { sequences: takeSequences([...generator, ...discriminator]) } };
    this.generator = new Network('generator', generator, [code], owner, options);
    const { outputShape } = this.generator;
    this.discriminator = new Network('discriminator', [...discriminator, dense(1)], outputShape, rival, options);
    checkTrained('gan: the generator', [this.generator]);
    const parameterSets = makeParameters(gpu, [[this.generator], [this.discriminator]], seed, savedValues);
    const [generating, discriminating] = parameterSets;
    this.inside = {
      kind: 'gan',
      trainable: ganTrainable(
        { generator: this.generator, discriminator: this.discriminator, prior },
        newOwner(gpu, generating),
        discriminating,
        seed,
      ),
      networks: [this.generator, this.discriminator],
      parameterSets,
      others: [],
      parts: [prior],
      spec: () => ({
        code,
        generator: written(generator),
        discriminator: written(discriminator),
        prior: written([prior])[0],
        seed,
        samples: this.#samples,
      }),
    };
  }

  /**
   * Trains both sides further, one step each in turn. The options are those of an autoencoder's `fit`, except those
   * that need a loss that measures quality.
   *
   * Rejects with OptionError, ShapeError or DataError before the first dispatch, and later with DivergedError,
   * DeviceLostError, or the signal's reason.
   */
  fit(data: Data, options: GanFitOptions): Training<GanLosses> {
    const { generator, discriminator, ...rest } = options ?? {};
    const { trainable } = this.inside;
    try {
      for (const name of ['optimizer', 'patience', 'minDelta', 'restoreBest'])
        if (name in rest)
          throw new OptionError(
            `gan: fit takes no ${name}${name === 'optimizer' ? ': give `generator` and `discriminator`' : ", as a GAN's loss does not say how good it is"}`,
          );
      if (generator !== undefined) checkOptimizer('fit: generator', generator);
      if (discriminator !== undefined) checkOptimizer('fit: discriminator', discriminator);
    } catch (error) {
      return refused(error as Error);
    }
    const { place, phases } = trainable;
    const [first, last] = phases;
    return this.start(
      data,
      { ...rest, optimizer: generator ?? place.optimizer ?? dcganAdam() },
      { ...trainable, phases: [{ ...first, optimizer: discriminator }, last] },
    );
  }

  /**
   * Computes the losses of both sides over all examples, with codes drawn from `seed` (default: the model's).
   * @throws OptionError, ShapeError, DataError
   */
  async evaluate(data: Data, options: { batchSize?: number; seed?: number } = {}): Promise<GanLosses> {
    return this.measure(data, options);
  }

  /**
   * Returns the generator's examples for `count` codes drawn from the prior. The same seed gives the same examples;
   * without a seed each call gives others.
   * @throws OptionError
   */
  async sample(count: number, options: { seed?: number } = {}): Promise<Matrix> {
    const seed = checkSample(this.generator, count, options);
    const size = sizeOf(this.generator.inputShape);
    const which = seed === undefined ? ++this.#samples : 0;
    const data = this.#prior.draw(count * size, seed ?? this.inside.trainable.seed, which);
    return this.generator.predict({ data, shape: [count, size] });
  }

  /**
   * Returns the discriminator's logit of each example, above 0 if it judges the example to be real.
   * @throws ShapeError, DataError
   */
  async score(data: Data): Promise<Float32Array> {
    const { discriminator } = this;
    const { inputShape, outputShape } = discriminator;
    const record: Recording = (pass, x) => discriminator.record(pass, x);
    return (await predict(this.alive(), 'score', data, inputShape, outputShape, record)).data;
  }

  /**
   * Writes the generator (`code` → `example`) or the discriminator (`input` → `logit`) as an ONNX file of standard
   * operators for batches of any size.
   * @throws OptionError
   */
  async toOnnx(part: 'generator' | 'discriminator' = 'generator'): Promise<Uint8Array<ArrayBuffer>> {
    checkWord('toOnnx: the part', part, ['generator', 'discriminator']);
    const weights = this.placed();
    // Imported on demand: pages that do not export do not load it.
    const { writeNetwork } = await import('./saving/onnx.ts');
    return part === 'generator'
      ? writeNetwork(part, weights, this.generator, 'code', 'example')
      : writeNetwork(part, weights, this.discriminator, 'input', 'logit');
  }

  /** Continues to count draws where a saved model stopped. @internal */
  resumeSamples(samples: number): void {
    this.#samples = samples;
  }
}
