import type { Data } from '../../data/dataset.ts';
import { FormatError, LatentGpuError, OptionError } from '../../errors.ts';
import { checkFlag, checkNumber } from '../../runtime/options.ts';
import type { Matrix } from '../../runtime/tensor.ts';
import type { Checkpoint, SaveOptions } from '../saving/checkpoint.ts';
import { steered } from '../training/controls.ts';
import type { Training } from '../training/fit-options.ts';
import type { Place } from '../training/place.ts';
import type { Network } from '../parts/network.ts';
import type { Prior } from '../parts/priors.ts';
import type { Host } from '../training/trainable.ts';
import { drawCodes, type MixtureTensors } from './draw.ts';

/** Options of `Autoencoder.fitSampler`. */
export interface SamplerOptions {
  /** Gaussians in the mixture, at most 1000. Default 10. */
  components?: number;
  /** Where the mixture starts from, and which examples it is fitted to where there are more than 20,000. Default: the model's. */
  seed?: number;
  /** At most so many; it ends before, once an iteration brings less than 0.0001 nats an example. Default 200. */
  iterations?: number;
}

/** How a mixture came out. */
export interface SamplerFit {
  /** The mean of log p(code) over the examples it was fitted to, in nats, without numbers of the code that never change. */
  logLikelihood: number;
  /** How many it took. */
  iterations: number;
  /** Gaussians in the mixture: fewer than asked for where some have lost all codes, or fewer codes differ. */
  components: number;
}

/** What a file says of a sampler, beside its tensors. */
export interface WrittenSampler {
  readonly components: number;
  /** Whether the weights have changed since. */
  readonly old: boolean;
}

/** What a model draws codes from: its mixture, from its first `fitSampler` on, or else a prior. */
export class Sampler {
  #mixture: MixtureTensors | undefined;
  /** The step and the change of the weights that it belongs to. */
  #fittedAt = { step: 0, change: 0 };
  #change = 0;

  /** Draws without a seed so far. */
  #samples = 0;

  /** `place`: how far the model has been trained. */
  constructor(
    private readonly place: Place,
    private readonly prior: Prior | undefined,
  ) {}

  /** Weights have been changed, and the model's step does not tell. */
  weightsChanged(): void {
    this.#change++;
  }

  /** Looks after a training, which may end in the weights of a step before. */
  during(training: Training): Training {
    const { step } = this.place;
    const ended = training.finally(() => {
      if (this.place.step !== step) this.weightsChanged();
    });
    return steered(ended, training);
  }

  /** Fits a mixture to the codes of examples. @throws OptionError, ShapeError, DataError */
  async fit(host: Host, encoder: Network, data: Data, options: SamplerOptions, seed: number): Promise<SamplerFit> {
    const fittedAt = { step: this.place.step, change: this.#change };
    // A page that fits none does not load it.
    const { fitSampler } = await import('./fit-sampler.ts');
    const { mixture, fit } = await fitSampler(host, encoder, data, options, seed);
    this.#mixture = mixture;
    this.#fittedAt = fittedAt;
    return fit;
  }

  /**
   * Draws codes of `size` numbers from the mixture, or without one from the prior: from `seed` the same ones again, else others in each call.
   * @throws OptionError where there is neither; LatentGpuError where the weights have changed since the mixture was fitted
   */
  draw(count: number, size: number, modelSeed: number, seed?: number): Float32Array {
    if (!this.#mixture && !this.prior)
      throw new OptionError(
        'sample: there is nothing to draw codes from: call fitSampler(data) first, make the code Gaussian by gaussian(units) as the last layer of the encoder, or pull codes to a prior by the penalty mmd or adversarial',
      );
    const draw = [seed ?? modelSeed, seed === undefined ? ++this.#samples : 0] as const;
    if (!this.#mixture) return this.prior!.draw(count * size, ...draw);
    if (this.#old)
      throw new LatentGpuError(
        'sample: the weights have changed since fitSampler, and with them the codes: call fitSampler again',
      );
    return drawCodes(this.#mixture, count, ...draw);
  }

  /** What belongs in a file, but not in one of the weights alone: nothing without a mixture. */
  tensors(): Record<string, Matrix> {
    return Object.fromEntries(Object.entries(this.#mixture ?? {}).map(([name, each]) => [`sampler.${name}`, each]));
  }

  /** What belongs in a file's metadata. */
  describe({ optimizer = true }: SaveOptions): { samples: number; sampler?: WrittenSampler } {
    const mixture = optimizer ? this.#mixture : undefined;
    const sampler = mixture && { components: mixture.weights.data.length, old: this.#old };
    return { samples: this.#samples, ...(sampler && { sampler }) };
  }

  /** Goes on counting draws where a saved model stood. */
  resume(samples: number): void {
    this.#samples = samples;
  }

  /** Takes the mixture of a file. @throws FormatError */
  restore({ components, old }: WrittenSampler, size: number, { given, place }: Checkpoint): void {
    const take = (name: keyof MixtureTensors, shape: number[]): Matrix => ({
      data: given(`sampler.${name}`, shape),
      shape,
    });
    const weights = take('weights', [components]);
    const sum = weights.data.reduce((total, weight) => total + weight, 0);
    if (!weights.data.every((weight) => weight >= 0) || !(Math.abs(sum - 1) < 1e-3))
      throw new FormatError('load: sampler.weights are no shares of a whole');
    const means = take('means', [components, size]);
    this.#mixture = { weights, means, factors: take('factors', [components, size, size]) };
    this.#fittedAt = { step: place.step, change: old ? -1 : this.#change };
  }

  get #old(): boolean {
    // While steps are running, the step is that of the epoch's beginning.
    if (this.place.live) return true;
    return this.#fittedAt.step !== this.place.step || this.#fittedAt.change !== this.#change;
  }
}

/** What a file says of a sampler. @throws OptionError */
export function readSampler({ components, old }: Record<string, unknown>): WrittenSampler {
  return {
    components: checkNumber('sampler: components', components, { least: 1, whole: true }),
    old: checkFlag('sampler: old', old),
  };
}
