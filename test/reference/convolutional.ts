import type { ActivationName } from '../../src/kernels/activation.ts';
import type { Sides } from '../../src/kernels/window.ts';
import { activations } from './activation.ts';
import { losses } from './loss.ts';

/** Networks over images in float64, in PyTorch's order throughout: channels first, weights [out, in, height, width], transposed ones [in, out, …]. */
export type Weights = Record<string, Float64Array>;

/** One image, channels first. */
export interface Image {
  data: Float64Array;
  channels: number;
  height: number;
  width: number;
}

/** A number for both axes, or one for each. */
const each = (sides: Sides) => (typeof sides === 'number' ? [sides, sides] : sides);

export type Layer =
  | {
      kind: 'conv' | 'transposed';
      filters: number;
      kernel: Sides;
      stride: Sides;
      before: Sides;
      side: Sides;
      activation: ActivationName;
    }
  | { kind: 'dense'; units: number; activation: ActivationName }
  | { kind: 'flatten' }
  | { kind: 'reshape'; channels: number; height: number; width: number };

const image = (channels: number, height: number, width: number): Image => ({
  data: new Float64Array(channels * height * width),
  channels,
  height,
  width,
});

/** From rows of height × width × channels. */
export function channelsFirst(row: ArrayLike<number>, height: number, width: number, channels: number): Image {
  const made = image(channels, height, width);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < height * width; i++) made.data[c * height * width + i] = row[i * channels + c];
  return made;
}

export function channelsLast({ data, channels, height, width }: Image): Float64Array {
  return Float64Array.from(
    { length: data.length },
    (_, i) => data[(i % channels) * height * width + Math.floor(i / channels)],
  );
}

/** What comes out of all layers; `side` is the height and width that a convolution leaves. */
export function forward(layers: readonly Layer[], name: string, weights: Weights, x: Image): Image {
  return layers.reduce(
    (seen, layer, i) => apply(layer, seen, weights[`${name}.${i}.weight`], weights[`${name}.${i}.bias`]),
    x,
  );
}

function apply(layer: Layer, x: Image, weight: Float64Array, bias: Float64Array): Image {
  switch (layer.kind) {
    case 'flatten':
      return { ...x, channels: x.data.length, height: 1, width: 1 };
    case 'reshape':
      return { ...layer, data: x.data };
    case 'dense': {
      const y = image(layer.units, 1, 1);
      for (let u = 0; u < layer.units; u++) {
        let sum = bias[u];
        for (let i = 0; i < x.data.length; i++) sum += weight[u * x.data.length + i] * x.data[i];
        y.data[u] = activations[layer.activation].f(sum);
      }
      return y;
    }
    default: {
      const { kind, filters, activation } = layer;
      const [kernel, stride, before, side] = [layer.kernel, layer.stride, layer.before, layer.side].map(each);
      const y = image(filters, side[0], side[1]);
      for (let f = 0; f < filters; f++) y.data.fill(bias[f], f * side[0] * side[1], (f + 1) * side[0] * side[1]);
      // The smaller picture's pixel (a, b) sees the larger one's (a s − p + ky, b s − p + kx).
      const small = kind === 'conv' ? y : x;
      const large = kind === 'conv' ? x : y;
      for (let f = 0; f < filters; f++) {
        for (let c = 0; c < x.channels; c++) {
          for (let a = 0; a < small.height; a++) {
            for (let b = 0; b < small.width; b++) {
              for (let ky = 0; ky < kernel[0]; ky++) {
                for (let kx = 0; kx < kernel[1]; kx++) {
                  const [row, column] = [a * stride[0] - before[0] + ky, b * stride[1] - before[1] + kx];
                  if (row < 0 || column < 0 || row >= large.height || column >= large.width) continue;
                  const [first, second] = kind === 'conv' ? [f, c] : [c, f];
                  const among = first * (kind === 'conv' ? x.channels : filters) + second;
                  const tap = weight[(among * kernel[0] + ky) * kernel[1] + kx];
                  const inSmall = (channel: number) => (channel * small.height + a) * small.width + b;
                  const inLarge = (channel: number) => (channel * large.height + row) * large.width + column;
                  if (kind === 'conv') y.data[inSmall(f)] += tap * x.data[inLarge(c)];
                  else y.data[inLarge(f)] += tap * x.data[inSmall(c)];
                }
              }
            }
          }
        }
      }
      y.data.forEach((z, i) => (y.data[i] = activations[activation].f(z)));
      return y;
    }
  }
}

/** The mean loss over a batch of reconstructions. */
export function meanLoss(kind: 'mse' | 'bce', outputs: readonly Image[], inputs: readonly Image[]): number {
  let sum = 0;
  outputs.forEach(({ data }, n) =>
    data.forEach((y, i) => (sum += losses[kind](kind === 'bce' ? Math.log(y / (1 - y)) : y, inputs[n].data[i]).loss)),
  );
  return sum / outputs.length / inputs[0].data.length;
}
