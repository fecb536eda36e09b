import type { PlacedLayer } from '../parts/placed-layers.ts';
import type { Numbers } from './onnx-writer.ts';

/** Finds numbers of a layer by their names within it. */
type Find = (name: string) => Numbers | undefined;

const products = ['dense', 'conv2d', 'conv1d', 'convTranspose2d', 'convTranspose1d'];

/** Whether a layer can have the one behind it in its own weights: a product, told no labels, and a batch normalisation of what comes out of it. */
export const takesIn = ({ layer }: PlacedLayer, behind: PlacedLayer | undefined): boolean =>
  behind?.layer.name === 'batchNorm' &&
  products.includes(layer.name) &&
  layer.activation === 'linear' &&
  !layer.classes &&
  !layer.cells;

/** Weight and bias of such a layer, with the normalisation in them: w γ / √(v + ε), and (b − m) γ / √(v + ε) + β. */
export function folded(
  { layer }: PlacedLayer,
  own: Find,
  { layer: norm }: PlacedLayer,
  ofNorm: Find,
): Record<string, Numbers> {
  const [{ epsilon }] = norm.args as [{ epsilon: number }];
  const [gain, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (name) => ofNorm(name)!.data,
  );
  const factors = Float64Array.from(gain, (value, c) => value / Math.sqrt(variance[c] + epsilon));
  const { data, shape } = own('weight')!;
  // Of a transposed convolution, the second side are the outputs.
  const axis = layer.name.startsWith('convTranspose') ? 1 : 0;
  const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const bias = own('bias')?.data;
  return {
    weight: { data: data.map((value, i) => value * factors[Math.floor(i / inner) % shape[axis]]), shape },
    bias: {
      data: Float32Array.from(factors, (factor, c) => ((bias?.[c] ?? 0) - mean[c]) * factor + shift[c]),
      shape: [factors.length],
    },
  };
}
