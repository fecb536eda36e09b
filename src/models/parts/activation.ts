import { activate, activationWord, type Activation } from '../../kernels/activation.ts';
import type { Layer } from './layer.ts';

/**
 * y = f(x), for each value: an activation as a layer of its own, as in a `torch.nn.Sequential`. It belongs behind layers that take none, such as those
 * that normalise; `dense` and the convolutions compute their own in the same dispatch.
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
