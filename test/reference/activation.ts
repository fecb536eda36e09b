import type { Activation, ActivationName } from '../../src/kernels/activation.ts';

const sigmoid = (z: number): number => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

export const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Φ(x): near zero by its power series, whose terms all have one sign; in the tails by Laplace's continued fraction. */
export function normalCdf(x: number): number {
  const u = Math.abs(x);
  if (u < 3) {
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > 1e-18; n += 2) sum += term *= (x * x) / n;
    return 0.5 + normalDensity(x) * sum;
  }
  let fraction = u;
  for (let n = 100; n > 0; n--) fraction = u + n / fraction;
  const tail = normalDensity(u) / fraction;
  return x < 0 ? tail : 1 - tail;
}

/** tanh′(z) = 1 / cosh² z */
const tanhSlope = (z: number): number => 4 * sigmoid(2 * z) * sigmoid(-2 * z);

/** y = f(z), f′(z) and f″(z), from their definitions. */
export const activations: Record<
  ActivationName,
  { f(z: number): number; slope(z: number): number; curvature(z: number): number }
> = {
  linear: { f: (z) => z, slope: () => 1, curvature: () => 0 },
  relu: { f: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0), curvature: () => 0 },
  leakyRelu: { f: (z) => (z > 0 ? z : 0.01 * z), slope: (z) => (z > 0 ? 1 : 0.01), curvature: () => 0 },
  elu: {
    f: (z) => (z > 0 ? z : Math.expm1(z)),
    slope: (z) => (z > 0 ? 1 : Math.exp(z)),
    curvature: (z) => (z > 0 ? 0 : Math.exp(z)),
  },
  sigmoid: {
    f: sigmoid,
    slope: (z) => sigmoid(z) * sigmoid(-z),
    curvature: (z) => -sigmoid(z) * sigmoid(-z) * Math.tanh(z / 2),
  },
  tanh: { f: Math.tanh, slope: tanhSlope, curvature: (z) => -2 * Math.tanh(z) * tanhSlope(z) },
  softplus: {
    f: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    slope: sigmoid,
    curvature: (z) => sigmoid(z) * sigmoid(-z),
  },
  gelu: {
    f: (z) => z * normalCdf(z),
    slope: (z) => normalCdf(z) + z * normalDensity(z),
    curvature: (z) => (2 - z * z) * normalDensity(z),
  },
  silu: {
    f: (z) => z * sigmoid(z),
    slope: (z) => sigmoid(z) + z * sigmoid(z) * sigmoid(-z),
    curvature: (z) => sigmoid(z) * sigmoid(-z) * (2 - z * Math.tanh(z / 2)),
  },
};

/** The same for an activation with a parameter. */
export function activationOf(given: Activation): (typeof activations)['relu'] {
  if (typeof given === 'string') return activations[given];
  const [name, options] = given;
  if (name === 'leakyRelu') {
    const { slope = 0.01 } = options;
    return { f: (z) => (z > 0 ? z : slope * z), slope: (z) => (z > 0 ? 1 : slope), curvature: () => 0 };
  }
  const { alpha = 1 } = options;
  const below = (z: number, above: number, value: number) => (z > 0 ? above : alpha * value);
  return {
    f: (z) => below(z, z, Math.expm1(z)),
    slope: (z) => below(z, 1, Math.exp(z)),
    curvature: (z) => below(z, 0, Math.exp(z)),
  };
}
