import { stopGradient as stopGradientKernel } from '../../kernels/elementwise.ts';
import type { Layer } from './layer.ts';

/**
 * Passes its values on and stops the gradient: the reconstruction does not train the layers before it, while other
 * terms, such as a penalty on the weights, still do. It has no weights.
 * @example
 * ```ts
 * import { dense, stopGradient } from 'latentgpu';
 *
 * const encoder = [dense(128, 'relu'), stopGradient(), dense(8)]; // the reconstruction does not train the first layer
 * ```
 */
export function stopGradient(): Layer {
  return {
    name: 'stopGradient',
    args: [],
    trainingOnly: true,
    outputShape: (input) => [...input],
    parameters: () => [],
    forward: (pass, x) => (pass.training ? stopGradientKernel(pass.tape, x) : x),
  };
}
