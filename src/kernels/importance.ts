import type { Activation } from '../../shaders/activation.ts';
import { boundForward, sampleBackward, sampleForward } from '../../shaders/importance.ts';
import { lossShader } from '../../shaders/loss.ts';
import { LatentGpuError } from '../errors.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { lossLayout, parsedLoss, type ElementLoss } from './loss.ts';
import { drawConstants, type Draws } from './random.ts';
import { aNumber, checkRowWeights, lossSize } from './shapes.ts';

/** The bound of an example's samples, one number for each row. */
export interface Bound {
  /** −log (1/k Σ p(x|z) p(z) / q(z|x)) over the k samples of an example, in nats. */
  readonly bound: Tensor;
  /** The mean of −log p(x|z) over the samples. */
  readonly reconstruction: Tensor;
  /** The mean of log q(z|x) − log p(z) over the samples: an estimate of the divergence. */
  readonly kl: Tensor;
}

/** Samples of a Gaussian code. */
export interface ImportanceSamples {
  /** The samples [rows · samples, units]; those of an example are consecutive. */
  readonly z: Tensor;
  /**
   * Records the bound of a decoder's outputs y [rows · samples, …] for the examples x [rows, …], each multiplied by its
   * weight where there are `rowWeights` [rows, 1]. It can be called once.
   * @throws LatentGpuError, ShapeError
   */
  bound(kind: ElementLoss, y: Tensor, x: Tensor, factor: number, rowWeights?: Tensor): Bound;
}

/**
 * Draws several samples z = μ + σ ε for each row of a head [rows, 2 · units] of means and log-variances, with their
 * importance-weighted bound (Burda et al. 2016). Its gradient flows to the decoder's outputs, weighted by the samples'
 * shares of the likelihood, and through z to the head. Log-variances are limited to −30 … 20.
 */
export function importance(tape: Tape, head: Tensor, samples: number, draws: Draws): ImportanceSamples {
  const { state } = draws;
  const [rows, units] = [head.rows, head.columns / 2];
  const sizes = { rows, units, samples };
  const z = tape.tensor([rows * samples, units], 'f32', 'code');
  const ratio = tape.tensor([rows * samples], 'f32', 'log ratios');
  const size = { constants: { ...sizes, ...drawConstants(draws) }, threads: rows * samples };
  tape.run(sampleForward(), { head, state, z, ratio }, size);
  const [bound, reconstruction, kl] = ['bound', 'reconstruction', 'divergence'].map((label) =>
    tape.tensor([rows, 1], 'f32', label),
  );
  const weights = tape.tensor([rows * samples], 'f32', 'importance weights');
  let judged = false;
  tape.backward(z, () => {
    if (!judged) throw new LatentGpuError('importance: the samples have a gradient, but no bound was recorded');
    const constants = { ...sizes, ...drawConstants(draws), pull: aNumber('importance', tape.counts(bound) ?? 0) };
    tape.run(
      sampleBackward(),
      { head, z, dz: tape.grad(z), weights, state, dhead: tape.grad(head) },
      { constants, threads: rows * Math.ceil(units / 4) },
    );
  });
  return {
    z,
    bound(lossKind, y, x, factor, rowWeights) {
      if (judged) throw new LatentGpuError('importance: the bound of the samples is recorded already');
      judged = true;
      checkRowWeights('importance', rowWeights, rows);
      const { kind, name, settings } = parsedLoss(lossKind);
      const { sums: losses, size, wide } = lossLayout(tape, y, { ...settings, factor });
      const constants = { ...size.constants, samples };
      tape.loss(bound, (coefficient) => {
        const shader = lossShader({ kind, wide, writes: 'sums', sampled: true });
        tape.run(shader, { y, x, state, sums: losses }, { ...size, constants });
        tape.run(
          boundForward(rowWeights !== undefined),
          { losses, ratio, state, bound, weights, reconstruction, kl, row_weights: rowWeights },
          { constants: { rows, samples, strips: losses.columns }, threads: rows },
        );
        if (coefficient === undefined) return;
        const fold = tape.fold(y);
        const slope = fold?.activation as Activation | undefined;
        tape.run(
          lossShader({ kind, wide, writes: 'gradient', slope, sampled: true, weighted: true }),
          { y, x, state, sums: losses, dy: tape.grad(fold?.preactivation ?? y), saved: fold?.saved, weights },
          lossSize(name, { ...size, constants }, factor, coefficient),
        );
      });
      return { bound, reconstruction, kl };
    },
  };
}
