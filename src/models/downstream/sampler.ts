import type { Data } from '../../data/dataset.ts';
import { FormatError, LatentGpuError, OptionError } from '../../errors.ts';
import { checkFlag, checkNumber } from '../../runtime/options.ts';
import type { Matrix } from '../../runtime/tensor.ts';
import type { Checkpoint, SaveOptions } from '../saving/checkpoint.ts';
import type { Training } from '../training/fit-options.ts';
import type { Place } from '../training/place.ts';
import type { Network } from '../parts/network.ts';
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

/** A model's mixture of codes, from its first `fitSampler` on. */
export class Sampler {
  #mixture: MixtureTensors | undefined;
  /** The step and the change of the weights that it belongs to. */
  #fittedAt = { step: 0, change: 0 };
  #change = 0;

  /** `place`: how far the model has been trained. */
  constructor(private readonly place: Place) {}

  /** Weights have been changed, and the model's step does not tell. */
  weightsChanged(): void {
    this.#change++;
  }

  /** Looks after a training, which may end in the weights of a step before. */
  during(training: Training): Training {
    const { step } = this.place;
    const { pause, resume, stop } = training;
    const ended = training.finally(() => {
      if (this.place.step !== step) this.weightsChanged();
    });
    return Object.assign(ended, { pause, resume, stop });
  }

  /** @throws OptionError where there is nothing to draw codes from */
  check(hasPrior: boolean): void {
    if (!this.#mixture && !hasPrior)
      throw new OptionError(
        'sample: there is nothing to draw codes from: call fitSampler(data) first, make the code Gaussian by gaussian(units) as the last layer of the encoder, or pull codes to a prior by the penalty mmd or adversarial',
      );
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

  /** Codes drawn from the mixture; undefined where there is none. @throws LatentGpuError where the weights have changed since */
  draw(count: number, seed: number, which: number): Float32Array | undefined {
    if (!this.#mixture) return undefined;
    if (this.#old)
      throw new LatentGpuError(
        'sample: the weights have changed since fitSampler, and with them the codes: call fitSampler again',
      );
    return drawCodes(this.#mixture, count, seed, which);
  }

  /** What belongs in a file, but not in one of the weights alone: nothing without a mixture. */
  tensors(): Record<string, Matrix> {
    return Object.fromEntries(Object.entries(this.#mixture ?? {}).map(([name, each]) => [`sampler.${name}`, each]));
  }

  /** The same of its metadata. */
  describe({ optimizer = true }: SaveOptions): { sampler?: WrittenSampler } {
    return this.#mixture && optimizer
      ? { sampler: { components: this.#mixture.weights.data.length, old: this.#old } }
      : {};
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
