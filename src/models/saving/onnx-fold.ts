import { sizeOf } from '../../runtime/tensor.ts';
import { isProduct } from '../parts/layer.ts';
import type { PlacedLayer } from '../parts/placed-layers.ts';
import type { Numbers } from './onnx-writer.ts';

/** Finds a layer's numbers by their name in the layer. */
type Find = (name: string) => Numbers | undefined;

/**
 * Returns whether a layer can absorb the next one: the layer is a product without labels, and the next one a batch
 * normalisation of its output.
 */
export const takesIn = ({ layer }: PlacedLayer, behind: PlacedLayer | undefined): boolean =>
  behind?.layer.name === 'batchNorm' &&
  isProduct(layer) &&
  layer.activation === 'linear' &&
  !layer.classes &&
  !layer.cells;

/**
 * Returns the weight and bias of a layer that absorbs the batch normalisation behind it: w γ / √(v + ε), and (b − m) γ
 * / √(v + ε) + β.
 */
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
  // The outputs of a transposed convolution are on the second axis.
  const axis = layer.name.startsWith('convTranspose') ? 1 : 0;
  const inner = sizeOf(shape.slice(axis + 1));
  const bias = own('bias')?.data;
  return {
    weight: { data: data.map((value, i) => value * factors[Math.floor(i / inner) % shape[axis]]), shape },
    bias: {
      data: Float32Array.from(factors, (factor, c) => ((bias?.[c] ?? 0) - mean[c]) * factor + shift[c]),
      shape: [factors.length],
    },
  };
}
