/** Training in float64, beside a model on the device, with gradients by differences. */
import { expect } from 'vitest';
import { Optimizer } from '../reference/optimizer.ts';
import { shuffledOrder } from '../reference/shuffle.ts';

type Values = Float32Array | Float64Array;

/** Copies weights, or the values of matrices, into float64. */
export const inFloat64 = (weights: Record<string, Values | { data: Values }>): Record<string, Float64Array> =>
  Object.fromEntries(
    Object.entries(weights).map(([name, each]) => [name, Float64Array.from('data' in each ? each.data : each)]),
  );

/** Adam in float64 on weights by name, with the gradient by differences of a loss that reads them. */
export class AdamByDifferences {
  readonly #own = new Map<string, Optimizer[]>();

  constructor(
    private readonly weights: Record<string, Float64Array>,
    private readonly rate = 1e-3,
    private readonly beta1 = 0.9,
  ) {}

  step(names: readonly string[], loss: () => number): void {
    const gradients = names.map((name) => this.weights[name].map((_, i) => this.#slope(name, i, loss)));
    names.forEach((name, n) => {
      const values = this.weights[name];
      this.#of(name).forEach((each, i) => {
        // A part may have changed the value since the optimizer's last update.
        each.weight = values[i];
        each.step(gradients[n][i]);
        values[i] = each.weight;
      });
    });
  }

  #slope(name: string, i: number, loss: () => number): number {
    const h = 1e-5;
    const values = this.weights[name];
    const at = values[i];
    values[i] = at + h;
    const up = loss();
    values[i] = at - h;
    const down = loss();
    values[i] = at;
    return (up - down) / (2 * h);
  }

  #of(name: string): Optimizer[] {
    const settings = { rate: this.rate, beta1: this.beta1, beta2: 0.999, epsilon: 1e-8, decay: 0 };
    const own =
      this.#own.get(name) ?? Array.from(this.weights[name], (value) => new Optimizer('adam', settings, value));
    this.#own.set(name, own);
    return own;
  }
}

/** A batch of a fit: the numbers of its examples, and its place in the training. */
interface Batch {
  which: number[];
  step: number;
  epoch: number;
  /** The place of its first example in the epoch. */
  position: number;
}

/** The batches of the first steps of a fit. */
export function* batches(
  examples: number,
  { batchSize, seed, steps }: { batchSize: number; seed: number; steps: number },
): Generator<Batch> {
  for (let step = 0, epoch = 0; step < steps; epoch++) {
    const order = shuffledOrder(examples, epoch, seed);
    for (let position = 0; position < examples && step < steps; position += batchSize, step++)
      yield { which: [...order.subarray(position, position + batchSize)], step, epoch, position };
  }
}

/** Expects a loss that agrees with its float64 twin to 1e-5. */
export function expectTwinLoss(found: number, twin: number, step: number): void {
  expect(Math.abs(found / twin - 1), `step ${step}`).toBeLessThan(1e-5);
}

/** Expects that each weight agrees with its float64 twin to 1e-5 of the twin's norm. */
export function expectTwins(
  found: Record<string, Values | { data: Values }>,
  twins: Record<string, Float64Array>,
): void {
  const trained = inFloat64(found);
  expect(Object.keys(trained).sort()).toEqual(Object.keys(twins).sort());
  for (const [name, twin] of Object.entries(twins)) {
    const off = Math.hypot(...trained[name].map((value, i) => value - twin[i]));
    expect(off / Math.hypot(...twin), name).toBeLessThan(1e-5);
  }
}
