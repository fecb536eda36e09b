import { activate, activationWord, type Activation } from '../../kernels/activation.ts';
import type { Layer } from './layer.ts';

/**
 * An activation as a layer of its own, y = f(x) for each value, as in a `torch.nn.Sequential`. Use it behind layers
 * without an activation, such as normalisations; `dense` and the convolutions compute theirs in the same dispatch.
 * @param name the activation, by name or as `[name, { parameter }]`
 * @example
 * ```ts
 * import { activation, batchNorm, dense } from 'latentgpu';
 *
 * const encoder = [dense(64, 'linear', { bias: false }), batchNorm(), activation('relu'), dense(8)];
 * ```
 * @throws OptionError
 */
export function activation(name: Activation): Layer {
  const f = activationWord('activation', name);
  return {
    name: 'activation',
    args: [name],
    activation: f,
    outputShape: (input) => [...input],
    parameters: () => [],
    forward: ({ tape }, x, _, { logits }) => (logits ? x : activate(tape, x, name)),
  };
}
