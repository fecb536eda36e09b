import { asDataset, type Data, type Dataset } from '../../data/dataset.ts';
import { DataError, FormatError, LatentGpuError, OptionError } from '../../errors.ts';
import { checkFlag, checkNumber, checkOptions, checkSeed } from '../../runtime/options.ts';
import { permutation, streams } from '../../runtime/random.ts';
import type { Matrix } from '../../runtime/tensor.ts';
import type { Network } from '../parts/network.ts';
import type { Checkpoint, SaveOptions } from '../saving/checkpoint.ts';
import type { Training } from '../training/fit-options.ts';
import type { Place } from '../training/place.ts';
import type { Host } from '../training/trainable.ts';
import { drawCodes, type MixtureTensors } from './draw.ts';
import { fitMixture } from './mixture.ts';

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

/** More examples move a mixture less than another seed does. */
const mostExamples = 20_000;

/** Each takes a number for each example while the mixture is fitted. */
const mostComponents = 1000;

/** Numbers in all covariances together: 256 MiB in float64. */
const mostNumbers = 2 ** 25;

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
  check(isGaussian: boolean): void {
    if (!this.#mixture && !isGaussian)
      throw new OptionError(
        'sample: there is nothing to draw codes from: call fitSampler(data) first, or make the code Gaussian, by gaussian(units) as the last layer of the encoder',
      );
  }

  /** Fits a mixture to the codes of examples. @throws OptionError, ShapeError, DataError */
  async fit(host: Host, encoder: Network, modelSeed: number, data: Data, options: SamplerOptions): Promise<SamplerFit> {
    checkOptions('fitSampler', options, ['components', 'seed', 'iterations']);
    const { components = 10, seed = modelSeed, iterations = 200 } = options;
    const size = encoder.outputShape.reduce((product, n) => product * n, 1);
    checkNumber('fitSampler: components', components, { least: 1, most: mostComponents, whole: true });
    checkNumber('fitSampler: iterations', iterations, { least: 1, whole: true });
    checkSeed('fitSampler', seed);
    const most = Math.floor(mostNumbers / size ** 2);
    if (components > most)
      throw new OptionError(
        `fitSampler: ${components} components of codes of ${size} numbers have more than ${mostNumbers} numbers in their covariances; ${most ? `ask for at most ${most}` : 'make the code smaller'}`,
      );
    const fittedAt = { step: this.place.step, change: this.#change };
    const codes = await codesOf(host, encoder, data, seed, components);
    const { mixture, ...rest } = await fitMixture(codes, size, { components, seed, iterations });
    const [count, { means, factors, weights }] = [mixture.components, mixture];
    // Rounded here, so that a model from a file draws the same samples.
    this.#mixture = {
      weights: { data: Float32Array.from(weights), shape: [count] },
      means: { data: Float32Array.from(means), shape: [count, size] },
      factors: { data: Float32Array.from(factors), shape: [count, size, size] },
    };
    this.#fittedAt = fittedAt;
    return { logLikelihood: rest.logLikelihood, iterations: rest.iterations, components: count };
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

/** Codes of all examples, or of those drawn at random if they are many. */
async function codesOf(
  { gpu, place }: Host,
  encoder: Network,
  data: Data,
  seed: number,
  components: number,
): Promise<Float32Array> {
  const { set, release } = await asDataset('fitSampler', gpu, data, encoder.inputShape, place?.trainedOn);
  let some: Dataset | undefined;
  try {
    if (components > set.length)
      throw new OptionError(
        `fitSampler: ${components} components, but ${set.length} examples: ask for fewer components, or give more examples`,
      );
    if (set.length > mostExamples)
      some = set.view(
        [...permutation(set.length, seed, streams.mixture).subarray(0, mostExamples)].sort((a, b) => a - b),
      );
    const used = some ?? set;
    const { data: codes } = await encoder.predict(used);
    const wrong = codes.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new DataError(
        `fitSampler: the code of example ${used.indices[Math.floor(wrong / (codes.length / used.length))]} is too large for float32: scale the data, or leave the example out`,
      );
    return codes;
  } finally {
    some?.dispose();
    release();
  }
}
