import type { ActivationName } from '../../src/kernels/activation.ts';
import type { Matrix } from '../../src/runtime/tensor.ts';
import { activations } from './activation.ts';
import { losses } from './loss.ts';
import { Optimizer } from './optimizer.ts';

/** A dense autoencoder and Adam in float64, in plain loops: what training on the device is held against. */
export interface ReferenceLayer {
  weight: Float64Array;
  bias: Float64Array;
  inputs: number;
  units: number;
  activation: ActivationName;
}

export function layersOf(
  weights: Record<string, Matrix>,
  parts: { encoder: ActivationName[]; decoder: ActivationName[] },
): ReferenceLayer[] {
  return Object.entries(parts).flatMap(([part, activations]) =>
    activations.map((activation, i) => {
      const weight = weights[`${part}.${i}.weight`];
      const [units, inputs] = weight.shape as [number, number];
      return {
        weight: Float64Array.from(weight.data),
        bias: Float64Array.from(weights[`${part}.${i}.bias`].data),
        inputs,
        units,
        activation,
      };
    }),
  );
}

/** Outputs of every layer for one example, the input first; `z` holds what was before each activation. */
export function forward(
  layers: readonly ReferenceLayer[],
  x: ArrayLike<number>,
): { outputs: Float64Array[]; z: Float64Array[] } {
  const outputs = [Float64Array.from(x)];
  const z: Float64Array[] = [];
  for (const { weight, bias, inputs, units, activation } of layers) {
    const from = outputs.at(-1)!;
    const sums = Float64Array.from({ length: units }, (_, unit) =>
      from.reduce((sum, value, i) => sum + value * weight[unit * inputs + i], bias[unit]),
    );
    z.push(sums);
    outputs.push(sums.map(activations[activation].f));
  }
  return { outputs, z };
}

/** The mean loss over a batch and its gradient for every layer. A NaN is blank: 0 goes in for it, and the mean is over the others of its example. */
export function lossAndGradients(
  layers: readonly ReferenceLayer[],
  batch: readonly ArrayLike<number>[],
  kind: keyof typeof losses,
) {
  const gradients = layers.map(({ weight, bias }) => ({
    weight: new Float64Array(weight.length),
    bias: new Float64Array(bias.length),
  }));
  let loss = 0;
  for (const x of batch) {
    const { outputs, z } = forward(
      layers,
      Array.from(x, (value) => value || 0),
    );
    const y = outputs.at(-1)!;
    const there = Array.from(x).filter((value) => !Number.isNaN(value)).length;
    const share = 1 / (batch.length * Math.max(there, 1));
    const last = layers.length - 1;
    let dz = y.map((value, i) => {
      const { activation } = layers[last];
      if (Number.isNaN(x[i])) return 0;
      // Binary cross-entropy takes the logit, and its slope there goes past the sigmoid.
      const term = losses[kind](kind === 'bce' ? z[last][i] : value, x[i]);
      loss += share * term.loss;
      return share * term.slope * (kind === 'bce' ? 1 : activations[activation].slope(z[last][i]));
    });
    for (let l = last; l >= 0; l--) {
      const { weight, inputs, units } = layers[l];
      const from = outputs[l];
      const dx = new Float64Array(inputs);
      for (let unit = 0; unit < units; unit++) {
        gradients[l].bias[unit] += dz[unit];
        for (let i = 0; i < inputs; i++) {
          gradients[l].weight[unit * inputs + i] += dz[unit] * from[i];
          dx[i] += dz[unit] * weight[unit * inputs + i];
        }
      }
      if (l) dz = dx.map((value, i) => value * activations[layers[l - 1].activation].slope(z[l - 1][i]));
    }
  }
  return { loss, gradients };
}

/** Adam with PyTorch's defaults, updating the layers in place. */
export class ReferenceAdam {
  readonly #optimizers = new Map<Float64Array, Optimizer[]>();

  constructor(private readonly rate: number) {}

  update(layers: readonly ReferenceLayer[], gradients: readonly { weight: Float64Array; bias: Float64Array }[]): void {
    layers.forEach((layer, l) => {
      this.#apply(layer.weight, gradients[l].weight);
      this.#apply(layer.bias, gradients[l].bias);
    });
  }

  #apply(values: Float64Array, gradient: Float64Array): void {
    const settings = { rate: this.rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };
    const optimizers =
      this.#optimizers.get(values) ?? Array.from(values, (value) => new Optimizer('adam', settings, value));
    this.#optimizers.set(values, optimizers);
    optimizers.forEach((optimizer, i) => {
      optimizer.step(gradient[i]);
      values[i] = optimizer.weight;
    });
  }
}
