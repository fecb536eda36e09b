/** What training is told by: at least the number that it lowers. */
export interface AnyLoss {
  loss: number;
}

/** Losses in the units of the model's loss; see `Autoencoder.evaluate`. */
export interface Losses {
  /** reconstruction + β · kl + penalty + weight · adversary + weight · mmd */
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
  /** The discriminator's own loss, in nats; log 2 where it cannot tell. It is no part of `loss`. */
  discriminator?: number;
}

/** The mean over examples of batches' means, when the first batch starts at `position` of an epoch, whose last batch may be short. */
export function meanOverExamples<T extends object>(
  batches: readonly T[],
  position: number,
  batch: number,
  examples: number,
): T {
  const rows = batches.map((_, i) => Math.min(batch, examples - position - i * batch));
  const total = rows.reduce((sum, n) => sum + n, 0);
  const mean = (key: string) =>
    batches.reduce((sum, losses, i) => sum + (losses as Record<string, number>)[key] * rows[i], 0) / total;
  return Object.fromEntries(Object.keys(batches[0]).map((key) => [key, mean(key)])) as T;
}
