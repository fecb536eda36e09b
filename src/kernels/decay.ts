import { decayShader, decayStrip } from '../../shaders/decay.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { lossSize, quadsOf } from './shapes.ts';

/**
 * ½ factor Σ w² over all of the weights, as sums to be divided by the batch's rows like those of a loss. dw = factor w.
 */
export function decay(tape: Tape, weights: readonly Tensor[], state: Tensor, factor: number): Tensor {
  const strips = weights.map((w) => Math.ceil(quadsOf(w) / decayStrip));
  const sums = tape.tensor([strips.reduce((total, n) => total + n, 0)], 'f32', 'weight decay');
  tape.loss(sums, (coefficient) => {
    const gradient = coefficient !== undefined;
    const shared = lossSize('decay', { constants: { factor } }, factor, coefficient).constants;
    let first = 0;
    weights.forEach((w, i) => {
      const constants = { size: w.size, quads: quadsOf(w), strips: strips[i], first, ...shared };
      tape.run(
        decayShader(gradient),
        { w, state, sums, dw: gradient ? tape.grad(w) : undefined },
        { constants, threads: strips[i] },
      );
      first += strips[i];
    });
  });
  return sums;
}
