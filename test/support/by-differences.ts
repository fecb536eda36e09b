import { Optimizer } from '../reference/optimizer.ts';

/** Adam in float64 on weights by name, with the gradient by differences of a loss that reads them. */
export class AdamByDifferences {
  readonly #own = new Map<string, Optimizer[]>();

  constructor(
    private readonly weights: Record<string, Float64Array>,
    private readonly rate: number,
    private readonly beta1: number,
  ) {}

  step(names: readonly string[], loss: () => number): void {
    const gradients = names.map((name) => this.weights[name].map((_, i) => this.#slope(name, i, loss)));
    names.forEach((name, n) => {
      const values = this.weights[name];
      this.#of(name).forEach((each, i) => {
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

/** Weights in float64. */
export const inFloat64 = (weights: Record<string, Float32Array | Float64Array>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, Float64Array.from(values)]));
