import { add } from '../../kernels/elementwise.ts';
import { ShapeError } from '../../errors.ts';
import type { Term } from '../training/terms.ts';
import { checkLayers, refuseCodes, type Layer } from './layer.ts';
import { prepareAll, written } from './part.ts';
import { placeLayers } from './placed-layers.ts';

/**
 * Adds the output of a list of layers to their input: y = x + f(x) (He et al. 2016). The layers keep the shape, and may
 * contain other residuals. Weights have the names of a PyTorch `Sequential` whose `forward` adds its input:
 * `encoder.2.0.weight` is that of its first layer.
 * @param layers the layers of f
 * @example
 * ```ts
 * import { dense, residual } from 'latentgpu';
 *
 * const encoder = [dense(64), residual([dense(256, 'gelu'), dense(64)]), dense(8)];
 * ```
 * @throws OptionError; ShapeError, when the model is made, where the layers change the shape
 */
export function residual(layers: Layer[]): Layer {
  checkLayers('residual: f', layers, 1);
  const inner = [...layers];
  refuseCodes('residual', inner);
  return {
    name: 'residual',
    args: [written(inner)],
    inner,
    keepsOrder: true,
    prepare: (gpu) => prepareAll(inner, gpu),
    outputShape(input) {
      const output = inner.reduce((shape, layer) => layer.outputShape(shape), [...input]);
      if (output.join() !== input.join())
        throw new ShapeError(
          `residual: its layers turn [${input.join(', ')}] into [${output.join(', ')}], but must keep the shape`,
        );
      return output;
    },
    parameters(input, { before, after, sequences }) {
      // The sum adds values by position, so f must keep the order of the image's flat values.
      const image = input.length === 1 ? (before ?? after) : undefined;
      return placeLayers('', inner, [...input], { before: image, after: image, sequences }).flatMap(
        ({ parameters }, i) =>
          parameters.map((each) => ({
            ...each,
            name: `${i}.${each.name}`,
            ...(each.parts && { parts: each.parts.map((part) => `${i}.${part}`) }),
          })),
      );
    },
    forward(pass, x, parameter, { mean, input }) {
      const terms: Term[] = [];
      let y = x;
      placeLayers('', inner, [...input]).forEach(({ layer, input }, i) => {
        const options = { logits: false, mean, input };
        const recorded = layer.forward(pass, y, (name) => parameter(`${i}.${name}`), options);
        y = 'y' in recorded ? recorded.y : recorded;
        if ('y' in recorded) terms.push(...recorded.terms);
      });
      return { y: add(pass.tape, x, y), terms };
    },
  };
}
