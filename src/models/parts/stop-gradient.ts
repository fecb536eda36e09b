import { stopGradient as stopGradientKernel } from '../../kernels/elementwise.ts';
import type { Layer } from './layer.ts';

/**
 * Hands its values on as they are and lets no gradient back: the reconstruction does not train the layers before it, which change only by what else
 * looks at them, such as a penalty on the weights. It has no weights of its own.
 */
export function stopGradient(): Layer {
  return {
    name: 'stopGradient',
    args: [],
    outputShape: (input) => [...input],
    parameters: () => [],
    forward: (pass, x) => (pass.training ? stopGradientKernel(pass.tape, x) : x),
  };
}
