import type { Activation } from '../../src/kernels/activation.ts';
import type { Matrix } from '../../src/runtime/tensor.ts';

/** A dense autoencoder and Adam in float64, in plain loops: what training on the device is held against. */
export interface ReferenceLayer {
  weight: Float64Array;
  bias: Float64Array;
  inputs: number;
  units: number;
  activation: Activation;
}

export function layersOf(weights: Record<string, Matrix>, parts: { encoder: Activation[]; decoder: Activation[] }): ReferenceLayer[] {
  return Object.entries(parts).flatMap(([part, activations]) =>
    activations.map((activation, i) => {
      const weight = weights[`${part}.${i}.weight`];
      const [units, inputs] = weight.shape as [number, number];
      return { weight: Float64Array.from(weight.data), bias: Float64Array.from(weights[`${part}.${i}.bias`].data), inputs, units, activation };
    }),
  );
}

const sigmoid = (z: number): number => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Φ(z) by the series of erf, or its continued fraction in the tails. */
function normalCdf(z: number): number {
  const u = Math.abs(z) / Math.SQRT2;
  if (u < 3) {
    let [term, sum] = [u, u];
    for (let n = 1; n < 120; n++) {
      term *= (-u * u) / n;
      sum += term / (2 * n + 1);
    }
    const erf = (2 / Math.sqrt(Math.PI)) * sum;
    return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
  }
  let fraction = 0;
  for (let n = 80; n > 0; n--) fraction = n / 2 / (u + fraction);
  const tail = Math.exp(-u * u) / Math.sqrt(Math.PI) / (u + fraction) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** f(z) and f′(z). */
export const referenceActivations: Record<Activation, [(z: number) => number, (z: number) => number]> = {
  linear: [(z) => z, () => 1],
  relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
  leakyRelu: [(z) => (z > 0 ? z : 0.01 * z), (z) => (z > 0 ? 1 : 0.01)],
  elu: [(z) => (z > 0 ? z : Math.expm1(z)), (z) => (z > 0 ? 1 : Math.exp(z))],
  gelu: [(z) => z * normalCdf(z), (z) => normalCdf(z) + z * density(z)],
  silu: [(z) => z * sigmoid(z), (z) => sigmoid(z) * (1 + z * (1 - sigmoid(z)))],
  sigmoid: [sigmoid, (z) => sigmoid(z) * (1 - sigmoid(z))],
  tanh: [Math.tanh, (z) => 1 - Math.tanh(z) ** 2],
  softplus: [(z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), sigmoid],
};

/** Outputs of every layer for one example, the input first; `z` holds what was before each activation. */
export function forward(layers: readonly ReferenceLayer[], x: ArrayLike<number>): { outputs: Float64Array[]; z: Float64Array[] } {
  const outputs = [Float64Array.from(x)];
  const z: Float64Array[] = [];
  for (const { weight, bias, inputs, units, activation } of layers) {
    const from = outputs.at(-1)!;
    const sums = Float64Array.from({ length: units }, (_, unit) => from.reduce((sum, value, i) => sum + value * weight[unit * inputs + i], bias[unit]));
    z.push(sums);
    outputs.push(sums.map(referenceActivations[activation][0]));
  }
  return { outputs, z };
}

/** The mean loss over a batch and, with `gradients`, its gradient for every layer. */
export function lossAndGradients(layers: readonly ReferenceLayer[], batch: readonly ArrayLike<number>[], kind: 'mse' | 'bce') {
  const gradients = layers.map(({ weight, bias }) => ({ weight: new Float64Array(weight.length), bias: new Float64Array(bias.length) }));
  let loss = 0;
  for (const x of batch) {
    const { outputs, z } = forward(layers, x);
    const y = outputs.at(-1)!;
    const share = 1 / (batch.length * x.length);
    const last = layers.length - 1;
    let dz = y.map((value, i) => {
      const logit = z[last][i];
      if (kind === 'bce') {
        loss += share * (Math.max(logit, 0) - logit * x[i] + Math.log1p(Math.exp(-Math.abs(logit))));
        return share * (value - x[i]);
      }
      loss += share * (value - x[i]) ** 2;
      return share * 2 * (value - x[i]) * referenceActivations[layers[last].activation][1](logit);
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
      if (l) dz = dx.map((value, i) => value * referenceActivations[layers[l - 1].activation][1](z[l - 1][i]));
    }
  }
  return { loss, gradients };
}

/** Adam with PyTorch's defaults, updating the layers in place. */
export class ReferenceAdam {
  #step = 0;
  readonly #moments = new Map<Float64Array, { m: Float64Array; v: Float64Array }>();

  constructor(private readonly rate: number) {}

  update(layers: readonly ReferenceLayer[], gradients: readonly { weight: Float64Array; bias: Float64Array }[]): void {
    this.#step++;
    layers.forEach((layer, l) => {
      this.#apply(layer.weight, gradients[l].weight);
      this.#apply(layer.bias, gradients[l].bias);
    });
  }

  #apply(values: Float64Array, gradient: Float64Array): void {
    const moments = this.#moments.get(values) ?? { m: new Float64Array(values.length), v: new Float64Array(values.length) };
    this.#moments.set(values, moments);
    for (let i = 0; i < values.length; i++) {
      const m = (moments.m[i] = 0.9 * moments.m[i] + 0.1 * gradient[i]);
      const v = (moments.v[i] = 0.999 * moments.v[i] + 0.001 * gradient[i] ** 2);
      values[i] -= (this.rate * (m / (1 - 0.9 ** this.#step))) / (Math.sqrt(v / (1 - 0.999 ** this.#step)) + 1e-8);
    }
  }
}
