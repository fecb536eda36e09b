import type { OptimizerKind } from '../../src/kernels/optimizer.ts';

export interface Settings {
  rate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  decay: number;
}

/** One weight and its moments through the steps of an optimizer, in float64; the rules are those in `shaders/optimizer.ts`. */
export class Optimizer {
  private first = 0;
  private second = 0;
  private t = 0;

  constructor(
    private readonly kind: OptimizerKind,
    private readonly settings: Settings,
    public weight: number,
  ) {}

  get moments(): [number, number] {
    return [this.first, this.second];
  }

  step(g: number): void {
    const { rate, beta1, beta2, epsilon, decay } = this.settings;
    this.t++;
    switch (this.kind) {
      case 'sgd':
        this.weight -= rate * g;
        break;
      case 'momentum':
      case 'nesterov':
        this.first = beta1 * this.first + g;
        this.weight -= rate * (this.kind === 'nesterov' ? g + beta1 * this.first : this.first);
        break;
      case 'adagrad':
        this.first += g * g;
        this.weight -= (rate * g) / (Math.sqrt(this.first) + epsilon);
        break;
      case 'adam':
      case 'adamw': {
        this.first = beta1 * this.first + (1 - beta1) * g;
        this.second = beta2 * this.second + (1 - beta2) * g * g;
        if (this.kind === 'adamw') this.weight -= rate * decay * this.weight;
        const mean = this.first / (1 - beta1 ** this.t);
        const square = this.second / (1 - beta2 ** this.t);
        this.weight -= (rate * mean) / (Math.sqrt(square) + epsilon);
      }
    }
  }
}
