/** Networks of layers in float64 and plain loops; weights as PyTorch has them. */
import type { Activation } from '../../src/kernels/activation.ts';
import type { Padding, Sides } from '../../src/kernels/window.ts';
import { activationOf } from './activation.ts';
import { batchNorm, groupNorm, layerNorm } from './norm.ts';
import { movedThreshold, topK, topKOfBatch } from './top-k.ts';

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
const pair = (sides: Sides) => (typeof sides === 'number' ? [sides, sides] : sides);

/** In training: is told the running statistics of a batch normalisation that come after this batch. */
export type Tell = (weights: Weights) => void;

/** What comes out of all layers; with `tell`, in training. */
export function forward(layers: readonly Written[], name: string, weights: Weights, x: Rows, tell?: Tell): Rows {
  return layers.reduce((seen, layer, i) => apply(layer, `${name}.${i}`, weights, seen, tell), x);
}

/** Labels of examples. */
export interface Told {
  labels: readonly number[];
  classes: number;
}

/**
 * The same, where the first layer that multiplies by a weight is told labels: as one-hot vectors behind the channels of what it takes, and by a weight that
 * has the layer's rows of labels behind its own columns. Of a convolution's kernel, their place is the first.
 */
export function toldForward(
  layers: readonly Written[],
  name: string,
  weights: Weights,
  x: Rows,
  { labels, classes }: Told,
): Rows {
  const first = layers.findIndex((layer) => layer.name === 'dense' || layer.name === 'conv2d');
  return layers.reduce((seen, layer, i) => {
    const prefix = `${name}.${i}`;
    if (i !== first) return apply(layer, prefix, weights, seen);
    const channels = seen.shape.at(-1)!;
    const places = product(seen.shape) / channels;
    const wide = channels + classes;
    const data = Float64Array.from({ length: seen.rows * places * wide }, (_, at) => {
      const [place, c] = [Math.floor(at / wide), at % wide];
      if (c < channels) return seen.data[place * channels + c];
      return labels[Math.floor(place / places)] === c - channels ? 1 : 0;
    });
    const own = weights[`${prefix}.weight`];
    const units = layer.args[0] as number;
    const area = own.length / units / channels;
    const weight = Float64Array.from({ length: units * wide * area }, (_, at) => {
      const [unit, c, tap] = [Math.floor(at / area / wide), Math.floor(at / area) % wide, at % area];
      if (c < channels) return own[(unit * channels + c) * area + tap];
      return tap ? 0 : weights[`${prefix}.label.weight`][(c - channels) * units + unit];
    });
    const shape = [...seen.shape.slice(0, -1), wide];
    return apply(layer, prefix, { ...weights, [`${prefix}.weight`]: weight }, { data, rows: seen.rows, shape });
  }, x);
}

function apply({ name, args }: Written, prefix: string, weights: Weights, x: Rows, tell?: Tell): Rows {
  const { data, rows, shape } = x;
  const [weight, bias] = ['weight', 'bias'].map((each): Float64Array | undefined => weights[`${prefix}.${each}`]) as [
    Float64Array,
    Float64Array,
  ];
  const channels = shape.at(-1)!;
  const places = product(shape) / channels;
  switch (name) {
    case 'dense': {
      const [units, f] = args as [number, Activation];
      const y = new Float64Array(rows * units);
      for (let i = 0; i < y.length; i++) {
        let sum = bias?.[i % units] ?? 0;
        for (let k = 0; k < channels; k++)
          sum += weight[(i % units) * channels + k] * data[Math.floor(i / units) * channels + k];
        y[i] = activationOf(f).f(sum);
      }
      return { data: y, rows, shape: [units] };
    }
    case 'conv2d':
      return convolution(x, weight, bias, args);
    case 'convTranspose2d':
      return convolution(x, weight, bias, args, true);
    case 'activation':
      return { ...x, data: data.map(activationOf(args[0] as Activation).f) };
    case 'layerNorm':
      return { ...x, data: layerNorm(data, weight, bias, (args[0] as { epsilon: number }).epsilon) };
    case 'groupNorm': {
      const [groups, { epsilon }] = args as [number, { epsilon: number }];
      return { ...x, data: groupNorm(data, weight, bias, { places, groups, epsilon }) };
    }
    case 'batchNorm': {
      const { momentum, epsilon } = args[0] as { momentum: number; epsilon: number };
      const running = ['running_mean', 'running_var', 'num_batches_tracked'].map((each) => `${prefix}.${each}`);
      const [means, variances, batches] = running.map((each) => weights[each]);
      if (!tell) {
        const hat = (value: number, c: number) => (value - means[c]) / Math.sqrt(variances[c] + epsilon);
        return {
          ...x,
          data: data.map((value, i) => hat(value, i % channels) * weight[i % channels] + bias[i % channels]),
        };
      }
      const { y, mean, variance } = batchNorm(data, weight, bias, epsilon);
      const count = data.length / channels;
      const moved = (old: Float64Array, found: Float64Array, factor = 1) =>
        old.map((value, c) => (1 - momentum) * value + momentum * factor * found[c]);
      tell({
        [running[0]]: moved(means, mean),
        [running[1]]: moved(variances, variance, count / (count - 1)),
        [running[2]]: batches.map((n) => n + 1),
      });
      return { ...x, data: y };
    }
    case 'topK': {
      const [k, { batch }] = args as [number, { batch: boolean }];
      if (!batch) return { ...x, data: topK(data, channels, k) };
      const [threshold, tracked] = ['threshold', 'num_batches_tracked'].map((each) => `${prefix}.${each}`);
      if (!tell) return { ...x, data: data.map((value) => (value > weights[threshold][0] ? value : 0)) };
      const y = topKOfBatch(data, channels, k);
      const moved = movedThreshold(weights[threshold][0], weights[tracked][0], y);
      tell({ [threshold]: Float64Array.of(moved.threshold), [tracked]: Float64Array.of(moved.batches) });
      return { ...x, data: y };
    }
    // Flat values of an image are in PyTorch's order, channels first.
    case 'flatten':
      return { data: reordered(data, rows, places, channels), rows, shape: [product(shape)] };
    case 'reshape': {
      const to = args[0] as number[];
      return { data: reordered(data, rows, to.at(-1)!, product(to) / to.at(-1)!), rows, shape: to };
    }
    case 'residual': {
      const y = forward(args[0] as Written[], prefix, weights, x, tell).data;
      return { ...x, data: data.map((value, i) => value + y[i]) };
    }
    default:
      throw new Error(`expectTenSteps cannot compare ${name} yet: add its case to apply() in test/reference/layers.ts`);
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

/** By single taps of the kernel. Of a transposed convolution, what comes in is what a convolution would make of what comes out. */
function convolution(
  { data, rows, shape: [height, width, channels] }: Rows,
  weight: Float64Array,
  bias: Float64Array | undefined,
  args: readonly unknown[],
  transposed = false,
): Rows {
  const [filters, kernel, f, { stride, padding }] = args as [
    number,
    [number, number],
    Activation,
    { stride: Sides; padding: Padding },
  ];
  const [steps, sides] = [pair(stride), [height, width]];
  const [down, across] = [0, 1].map((axis) => {
    const [side, taps, step] = [sides[axis], kernel[axis], steps[axis]];
    const same = padding === 'same';
    const before = typeof padding === 'string' ? 0 : pair(padding)[axis];
    const small = same ? Math.ceil(side / step) : Math.floor((side + 2 * before - taps) / step) + 1;
    const large = same ? side * step : (side - 1) * step + taps - 2 * before;
    const sizes = transposed ? { small: side, large } : { small, large: side };
    if (!same) return { ...sizes, before };
    return { ...sizes, before: Math.floor(Math.max((sizes.small - 1) * step + taps - sizes.large, 0) / 2) };
  });
  const size = transposed ? 'large' : 'small';
  const shape = [down[size], across[size], filters];
  const y = Float64Array.from({ length: rows * product(shape) }, (_, i) => bias?.[i % filters] ?? 0);
  for (let at = 0; at < rows * down.small * across.small; at++) {
    const [row, a, b] = [
      Math.floor(at / across.small / down.small),
      Math.floor(at / across.small) % down.small,
      at % across.small,
    ];
    for (let ky = 0; ky < kernel[0]; ky++)
      for (let kx = 0; kx < kernel[1]; kx++) {
        // The smaller image's pixel (a, b) sees the larger one's (a s − p + ky, b s − p + kx).
        const [i, j] = [a * steps[0] - down.before + ky, b * steps[1] - across.before + kx];
        if (i < 0 || j < 0 || i >= down.large || j >= across.large) continue;
        const seen = (row * down.large + i) * across.large + j;
        const [from, to] = transposed ? [at, seen] : [seen, at];
        for (let filter = 0; filter < filters; filter++)
          for (let c = 0; c < channels; c++) {
            const among = transposed ? c * filters + filter : filter * channels + c;
            y[to * filters + filter] += weight[(among * kernel[0] + ky) * kernel[1] + kx] * data[from * channels + c];
          }
      }
  }
  return { data: y.map(activationOf(f).f), rows, shape };
}
