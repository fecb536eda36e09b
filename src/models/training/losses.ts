/** The losses that training reports: at least the number that it minimises. */
export interface AnyLoss {
  loss: number;
}

/** Losses in the units of the model's loss; see `Autoencoder.evaluate`. */
export interface Losses {
  /**
   * The number that is minimised: reconstruction + β · kl + penalty + weight · adversary + weight · mmd + weight ·
   * deadLatents + weight · commitment + codebook. For a Gaussian code of several samples, minus the importance-weighted
   * bound stands in place of reconstruction + β · kl, which are only reported.
   */
  loss: number;
  /** The distance of reconstructions from the examples, by the model's loss. */
  reconstruction: number;
  /** The divergence of a Gaussian code, before β, in nats per example. */
  kl?: number;
  /** The sum of the model's penalties, each times its weight. */
  penalty?: number;
  /**
   * The adversary's loss of the model, before its weight: mean log(1 + e^−D) in nats; log 2 where the discriminator
   * cannot tell.
   */
  adversary?: number;
  /** The squared maximum mean discrepancy between codes and prior, before its weight. */
  mmd?: number;
  /**
   * The error that dead latents of a sparse code leave in the residual of the others, the mean of (e − ê)² over
   * features, before its weight; 0 where no latent is dead.
   */
  deadLatents?: number;
  /** The number of dead latents of a sparse code with `deadLatents`. It is not part of `loss`. */
  dead?: number;
  /**
   * The commitment loss of a quantised code, before its weight: the mean of (z − e)² over its numbers, with vectors z
   * and their entries e.
   */
  commitment?: number;
  /** The codebook's own loss, the same mean, where entries are trained by a loss instead of moving averages. */
  codebook?: number;
  /**
   * The effective number of entries that a batch uses: e to the entropy of their frequencies. It is not part of `loss`.
   */
  perplexity?: number;
  /** The discriminator's own loss in nats; log 2 where it cannot tell. It is not part of `loss`. */
  discriminator?: number;
}

/** Averages the losses of batches over the examples of each epoch; the last batch of an epoch may be smaller. */
export class EpochMeans<L extends AnyLoss> {
  #rows = 0;
  #sums: Record<string, number> = {};

  constructor(
    /** The position in the epoch at which the first batch starts. */
    private position: number,
    private readonly batch: number,
    private readonly examples: number,
  ) {}

  /** Adds a batch; returns the mean of the epoch if the batch was its last. */
  add(losses: L): L | undefined {
    const rows = Math.min(this.batch, this.examples - this.position);
    for (const [key, value] of Object.entries(losses)) this.#sums[key] = (this.#sums[key] ?? 0) + value * rows;
    this.#rows += rows;
    this.position += this.batch;
    return this.position >= this.examples ? this.end() : undefined;
  }

  /** Ends the epoch; returns the mean over its batches so far, if there were any. */
  end(): L | undefined {
    const [sums, rows] = [this.#sums, this.#rows];
    this.#sums = {};
    this.#rows = this.position = 0;
    for (const key in sums) sums[key] /= rows;
    return rows ? (sums as unknown as L) : undefined;
  }
}
