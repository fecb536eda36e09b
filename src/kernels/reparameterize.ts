import {
  logvarBounds,
  meanBackward,
  meanForward,
  reparameterizeBackward,
  reparameterizeForward,
} from '../../shaders/reparameterize.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { drawConstants, type Draws } from './random.ts';
import { checkRowWeights } from './shapes.ts';

export { logvarBounds };

/**
 * A Gaussian code (Kingma & Welling 2014): z = μ + σ ε from a head [rows, 2 · units] of means and log-variances, with
 * its divergence from N(0, I) in nats as sums over parts of each row. Log-variances are limited to −30 … 20. The
 * gradient is that of the loss through z plus that of the batch's mean divergence times its coefficient β, where the
 * tape is differentiated from both. With `weights` [rows, 1] the divergence of a row counts so many times.
 */
export function reparameterize(tape: Tape, head: Tensor, draws: Draws, weights?: Tensor): { z: Tensor; kl: Tensor } {
  const { rows, units, constants, threads } = layout(head, draws);
  const { state } = draws;
  checkRowWeights('reparameterize', weights, rows);
  const weighted = weights !== undefined;
  const z = tape.tensor([rows, units], 'f32', 'code');
  const kl = tape.tensor([rows, Math.ceil(units / 4)], 'f32', 'divergence');
  // The divergence has no gradient kernel of its own: the rule of z adds its gradient in the same dispatch.
  tape.loss(kl, () =>
    tape.run(reparameterizeForward(weighted), { head, state, z, kl, weights }, { constants, threads }),
  );
  tape.backward(z, () => {
    const beta = tape.counts(kl) ?? 0;
    const scheduled = typeof beta !== 'number';
    tape.run(
      reparameterizeBackward(scheduled, weighted),
      { head, dz: tape.grad(z), state, betas: scheduled ? beta : undefined, dhead: tape.grad(head), weights },
      { constants: scheduled ? constants : { ...constants, beta }, threads },
    );
  });
  return { z, kl };
}

/** The means of a Gaussian code, from its head. */
export function codeMean(tape: Tape, head: Tensor): Tensor {
  const [rows, units] = [head.rows, head.columns / 2];
  const y = tape.tensor([rows, units], 'f32', 'mean of the code');
  const constants = { rows, units };
  tape.run(meanForward(), { head, y }, { constants, threads: y.size });
  tape.backward(y, () =>
    tape.run(meanBackward(), { dy: tape.grad(y), dhead: tape.grad(head) }, { constants, threads: head.size }),
  );
  return y;
}

function layout(head: Tensor, draws: Draws) {
  const [rows, units] = [head.rows, head.columns / 2];
  return { rows, units, constants: { rows, units, ...drawConstants(draws) }, threads: rows * Math.ceil(units / 4) };
}
