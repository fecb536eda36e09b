import type { Examples } from '../../data/labels.ts';
import type { Matrix } from '../../runtime/tensor.ts';
import type { SaveOptions } from '../saving/checkpoint.ts';
import { steered } from '../training/controls.ts';
import type { Training } from '../training/fit-options.ts';
import type { Place } from '../training/place.ts';
import type { Network } from '../parts/network.ts';
import type { Prior } from '../parts/priors.ts';
import type { Owner } from '../training/trainable.ts';
import type { SamplerTensors } from './draw.ts';
import type { Indices } from './indices.ts';

/** Options of `Autoencoder.fitSampler`. */
export interface SamplerOptions {
  /** The number of Gaussians in the mixture, at most 1000. Default 10. A quantised code has no mixture. */
  components?: number;
  /**
   * Determines the start of the mixture, and the examples that it is fitted to where there are more than 20,000.
   * Default: the model's seed.
   */
  seed?: number;
  /**
   * The most iterations. The fit ends earlier once an iteration gains less than 0.0001 nats per example. Default 200.
   */
  iterations?: number;
}

/** The result of fitting a mixture, or the frequencies of a quantised code's entries. */
export interface SamplerFit {
  /**
   * The mean of log p(code) over the examples that it was fitted to, in nats, without values of the code that never
   * change.
   */
  logLikelihood: number;
  /** The number of iterations. */
  iterations: number;
  /**
   * The number of Gaussians in the mixture: fewer than requested where some have lost all codes, or fewer codes differ.
   * For a quantised code 1.
   */
  components: number;
}

/** The entry for a sampler in a file's metadata. */
export interface WrittenSampler {
  readonly components: number;
  /** Whether the weights have changed since. */
  readonly old: boolean;
}

/** A fitted distribution from a file. */
export interface ReadSampler {
  readonly tensors: SamplerTensors;
  readonly old: boolean;
}

/** The distribution that a model draws codes from: the result of its last `fitSampler`, or a prior. */
export class Sampler {
  #fitted: SamplerTensors | undefined;
  /** The step, and the count of other changes of the weights, at which it was fitted. */
  #fittedAt = { step: 0, change: 0 };
  #change = 0;

  /** The number of calls of `draw` without a seed so far. */
  #samples = 0;

  /** Makes an empty sampler; `place` is the state of the model's training. */
  constructor(
    private readonly place: Place,
    private readonly encoder: Network,
    private readonly prior: Prior | undefined,
  ) {}

  /** Reports a change of weights that the model's step does not show. */
  weightsChanged(): void {
    this.#change++;
  }

  /** Watches a training, which may end with the weights of an earlier step. */
  during(training: Training): Training {
    const { step } = this.place;
    const ended = training.finally(() => {
      if (this.place.step !== step) this.weightsChanged();
    });
    return steered(ended, training);
  }

  /** Fits a mixture, or frequencies, to the codes of examples. @throws OptionError, ShapeError, DataError */
  async fit(owner: Owner, data: Examples, options: SamplerOptions, seed: number): Promise<SamplerFit> {
    const fittedAt = { step: this.place.step, change: this.#change };
    // Imported on demand: pages that fit no sampler do not load it.
    const { fitSampler } = await import('./fit-sampler.ts');
    const { tensors, fit } = await fitSampler(owner, this.encoder, data, options, seed);
    this.#fitted = tensors;
    this.#fittedAt = fittedAt;
    return fit;
  }

  /**
   * Draws codes from the fitted distribution, otherwise from the prior. The same `seed` gives the same codes; without a
   * seed each call gives others.
   * @throws OptionError where there is neither; LatentGpuError where the weights have changed since `fitSampler`
   */
  async draw(count: number, modelSeed: number, seed?: number): Promise<Float32Array | Indices> {
    const from = { fitted: this.#fitted, old: this.#old, prior: this.prior };
    const counted = seed === undefined && (from.fitted ?? from.prior);
    const which = counted ? ++this.#samples : 0;
    // Imported on demand: pages that draw no codes do not load it.
    const { draw } = await import('./draw.ts');
    return draw(from, this.encoder.outputShape, count, seed ?? modelSeed, which);
  }

  /** Returns the tensors for a file that keeps more than the weights; empty where nothing was fitted. */
  tensors(): Record<string, Matrix> {
    return Object.fromEntries(Object.entries(this.#fitted ?? {}).map(([name, each]) => [`sampler.${name}`, each]));
  }

  /** Returns the entries for a file's metadata. */
  describe({ optimizer = true }: SaveOptions): { samples: number; sampler?: WrittenSampler } {
    const fitted = optimizer ? this.#fitted : undefined;
    const components = fitted && 'weights' in fitted ? fitted.weights.data.length : 1;
    const sampler = fitted && { components, old: this.#old };
    return { samples: this.#samples, ...(sampler && { sampler }) };
  }

  /** Continues to count draws where a saved model stopped. */
  resume(samples: number): void {
    this.#samples = samples;
  }

  /** Restores a fitted distribution; `old` tells whether the weights have changed since. */
  restore({ tensors, old }: ReadSampler): void {
    this.#fitted = tensors;
    this.#fittedAt = { step: this.place.step, change: old ? -1 : this.#change };
  }

  get #old(): boolean {
    // While steps are running, `place.step` is still that of the beginning of the epoch.
    if (this.place.live) return true;
    return this.#fittedAt.step !== this.place.step || this.#fittedAt.change !== this.#change;
  }
}
