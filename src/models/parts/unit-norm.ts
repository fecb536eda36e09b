import { OptionError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import type { Layer, ParameterSpec } from './layer.ts';
import type { Penalty } from './penalties.ts';

const kernels = onDemand(() => import('../../kernels/unit-norm.ts'));

/**
 * Keeps each entry of a dictionary at length 1: the columns of the decoder's first layer, a `dense` behind `topK`. They
 * start with length 1, the component of a gradient along its column is removed before the optimizer sees it, and
 * columns are normalised after each step (Bricken et al. 2023; Gao et al. 2024). It adds nothing to the loss. Without
 * it a code can shrink while the weights grow.
 * @example
 * ```ts
 * import { unitNorm } from 'latentgpu';
 *
 * const penalty = unitNorm(); // with encoder: [dense(…), topK(…)]
 * ```
 * @throws OptionError, when the model is made, where the code is not of `topK`, or is not followed by a `dense` with a
 * weight of its own
 */
export function unitNorm(): Penalty {
  return {
    name: 'unitNorm',
    args: [],
    check(encoder, [first], tied) {
      checkSparseCode('unitNorm', encoder);
      if (first.name !== 'dense' || tied)
        throw new OptionError(
          `unitNorm: the decoder must begin with a dense layer that has its own weight, not with ${tied ? 'a tied one' : first.name}`,
        );
    },
    prepare: kernels.prepare,
    record({ pass: { tape, state, constraints }, decoder }) {
      const weight = decoder.parameter(0, 'weight');
      constraints.push({
        gradients: () => kernels().projectColumns(tape, weight, tape.grad(weight)),
        afterUpdate: () => kernels().normalizeColumns(tape, weight, state),
      });
      return [];
    },
    decoder: ([first, ...rest]) => [withUnitColumns(first), ...rest],
  };
}

/** Checks that the encoder ends in `topK`. @throws OptionError */
export function checkSparseCode(where: string, encoder: readonly Layer[]): void {
  if (encoder.at(-1)?.code?.kind !== 'sparse')
    throw new OptionError(`${where}: takes a sparse code, from an encoder whose last layer is topK(k)`);
}

/** Returns the layer with initial weights whose columns have length 1. */
const withUnitColumns = (layer: Layer): Layer => ({
  ...layer,
  parameters: (input, around) =>
    layer
      .parameters(input, around)
      .map((spec) =>
        spec.name === 'weight' ? { ...spec, initial: (...draw) => unitColumns(spec, spec.initial(...draw)) } : spec,
      ),
});

function unitColumns({ shape: [, columns] }: ParameterSpec, values: Float32Array): Float32Array {
  const squares = new Float64Array(columns);
  values.forEach((value, i) => (squares[i % columns] += value * value));
  return values.map((value, i) => value / (Math.sqrt(squares[i % columns]) || 1));
}
