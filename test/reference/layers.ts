/** Networks of the layers that normalise, and what goes with them, in float64 and plain loops; weights as PyTorch has them. */
import type { Activation } from '../../src/kernels/activation.ts';
import { activationOf } from './activation.ts';
import { groupNorm, layerNorm } from './norm.ts';

export type Weights = Record<string, Float64Array>;
/** A layer as files describe it. */
export interface Written {
  readonly name: string;
  readonly args: readonly unknown[];
}
/** Examples, channels last. */
export interface Rows {
  data: Float64Array;
  rows: number;
  shape: number[];
}

const product = (shape: readonly number[]) => shape.reduce((p, n) => p * n, 1);

/** What comes out of all layers. */
export function forward(layers: readonly Written[], name: string, weights: Weights, x: Rows): Rows {
  return layers.reduce((seen, layer, i) => apply(layer, `${name}.${i}`, weights, seen), x);
}

function apply({ name, args }: Written, prefix: string, weights: Weights, x: Rows): Rows {
  const { data, rows, shape } = x;
  const [weight, bias] = ['weight', 'bias'].map((each) => weights[`${prefix}.${each}`]);
  const channels = shape.at(-1)!;
  const places = product(shape) / channels;
  switch (name) {
    case 'dense': {
      const [units, f] = args as [number, Activation];
      const y = new Float64Array(rows * units);
      for (let i = 0; i < y.length; i++) {
        let sum = bias[i % units];
        for (let k = 0; k < channels; k++)
          sum += weight[(i % units) * channels + k] * data[Math.floor(i / units) * channels + k];
        y[i] = activationOf(f).f(sum);
      }
      return { data: y, rows, shape: [units] };
    }
    case 'conv2d':
      return convolution(x, weight, bias, args[0] as number, args[1] as [number, number], args[2] as Activation);
    case 'activation':
      return { ...x, data: data.map(activationOf(args[0] as Activation).f) };
    case 'layerNorm':
      return { ...x, data: layerNorm(data, weight, bias, (args[0] as { epsilon: number }).epsilon) };
    case 'groupNorm': {
      const [groups, { epsilon }] = args as [number, { epsilon: number }];
      return { ...x, data: groupNorm(data, weight, bias, { places, groups, epsilon }) };
    }
    // Flat values of an image are in PyTorch's order, channels first.
    case 'flatten':
      return { data: reordered(data, rows, places, channels), rows, shape: [product(shape)] };
    case 'reshape': {
      const to = args[0] as number[];
      return { data: reordered(data, rows, to.at(-1)!, product(to) / to.at(-1)!), rows, shape: to };
    }
    case 'residual': {
      const y = forward(args[0] as Written[], prefix, weights, x).data;
      return { ...x, data: data.map((value, i) => value + y[i]) };
    }
    default:
      throw new Error(`there is no ${name} here`);
  }
}

/** Of each row, lines × columns to columns × lines. */
const reordered = (data: Float64Array, rows: number, lines: number, columns: number): Float64Array => {
  const y = new Float64Array(data.length);
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < lines; i++)
      for (let j = 0; j < columns; j++) y[(r * columns + j) * lines + i] = data[(r * lines + i) * columns + j];
  return y;
};

/** Without padding, by single pixels. */
function convolution(
  { data, rows, shape: [height, width, channels] }: Rows,
  weight: Float64Array,
  bias: Float64Array,
  filters: number,
  [down, across]: [number, number],
  f: Activation,
): Rows {
  const shape = [height - down + 1, width - across + 1, filters];
  const y = new Float64Array(rows * product(shape));
  for (let i = 0; i < y.length; i++) {
    const filter = i % filters;
    const ox = Math.floor(i / filters) % shape[1];
    const oy = Math.floor(i / filters / shape[1]) % shape[0];
    const row = Math.floor(i / product(shape));
    let sum = bias[filter];
    for (let c = 0; c < channels; c++)
      for (let ky = 0; ky < down; ky++)
        for (let kx = 0; kx < across; kx++)
          sum +=
            weight[((filter * channels + c) * down + ky) * across + kx] *
            data[((row * height + oy + ky) * width + ox + kx) * channels + c];
    y[i] = activationOf(f).f(sum);
  }
  return { data: y, rows, shape };
}
