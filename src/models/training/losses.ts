/** What training is told by: at least the number that it lowers. */
export interface AnyLoss {
  loss: number;
}

/** Losses in the units of the model's loss; see `Autoencoder.evaluate`. */
export interface Losses {
  /** reconstruction + β · kl + penalty + weight · adversary + weight · mmd + weight · deadLatents + weight · commitment + codebook */
  loss: number;
  reconstruction: number;
  /** The divergence of a Gaussian code, before β, in nats an example. */
  kl?: number;
  /** The sum of a model's penalties, each times its weight. */
  penalty?: number;
  /** What a discriminator costs the model, before its weight: mean log(1 + e^−D), in nats; log 2 where it cannot tell. */
  adversary?: number;
  /** The squared maximum mean discrepancy between codes and prior, before its weight. */
  mmd?: number;
  /** What dead latents of a sparse code leave of the residual of the others, the mean of (e − ê)² over features, before its weight; 0 where none is dead. */
  deadLatents?: number;
  /** How many latents of a sparse code are dead, where `deadLatents` revives them. It is no part of `loss`. */
  dead?: number;
  /** The mean of (z − e)² over the numbers of a quantised code, vectors z and their entries e, before its weight. */
  commitment?: number;
  /** The same mean as the codebook's own loss, where no moving averages make the entries. */
  codebook?: number;
  /** How many entries a batch takes, were it to take them evenly: e to the entropy of their frequencies. It is no part of `loss`. */
  perplexity?: number;
  /** The discriminator's own loss, in nats; log 2 where it cannot tell. It is no part of `loss`. */
  discriminator?: number;
}

/** Means over the examples of epochs, from the batches' means as they come; an epoch's last batch may be short. */
export class EpochMeans<L extends AnyLoss> {
  #rows = 0;
  #sums: Record<string, number> = {};

  constructor(
    /** Where in an epoch the first batch starts. */
    private position: number,
    private readonly batch: number,
    private readonly examples: number,
  ) {}

  /** Adds a batch; returns the epoch's mean where it was the last one. */
  add(losses: L): L | undefined {
    const rows = Math.min(this.batch, this.examples - this.position);
    for (const [key, value] of Object.entries(losses)) this.#sums[key] = (this.#sums[key] ?? 0) + value * rows;
    this.#rows += rows;
    this.position += this.batch;
    return this.position >= this.examples ? this.end() : undefined;
  }

  /** Ends the epoch here; returns the mean over the batches that there were, if there were any. */
  end(): L | undefined {
    const [sums, rows] = [this.#sums, this.#rows];
    this.#sums = {};
    this.#rows = this.position = 0;
    for (const key in sums) sums[key] /= rows;
    return rows ? (sums as unknown as L) : undefined;
  }
}
