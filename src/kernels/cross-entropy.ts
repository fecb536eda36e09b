import { crossEntropyShader } from '../../shaders/cross-entropy.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { checkRowWeights } from './shapes.ts';

/**
 * Softmax cross-entropy in nats of logits y, [rows, classes], with the class of each row, [rows, 1] whole numbers from
 * 0. Returns each row's log Σ_c e^{y_c} − y_label, [rows, 1], and whether the largest logit is the label's, 1 or 0,
 * [rows, 1]. Rows past the state's batch count 0. Where the tape is differentiated from the losses, the same pass
 * writes the gradient of the batch's mean to y: softmax(y) − one-hot. With `weights` [rows, 1] both are multiplied by
 * the row's weight; the hits are not.
 * @throws ShapeError
 */
export function crossEntropy(
  tape: Tape,
  y: Tensor,
  labels: Tensor,
  state: Tensor,
  weights?: Tensor,
): { losses: Tensor; hits: Tensor } {
  const [rows, classes] = [y.rows, y.columns];
  if (labels.size !== rows)
    throw new ShapeError(`crossEntropy: ${shown(y.shape)} has ${rows} rows, but the labels are ${shown(labels.shape)}`);
  checkRowWeights('crossEntropy', weights, rows);
  const losses = tape.tensor([rows, 1], 'f32', 'losses of the rows');
  const hits = tape.tensor([rows, 1], 'f32', 'hits');
  tape.loss(losses, (counts) => {
    const gradient = counts !== undefined;
    if (gradient && counts !== 1) throw new Error('crossEntropy: its coefficient must be 1');
    const dy = gradient ? tape.grad(y) : undefined;
    tape.run(
      crossEntropyShader(gradient, weights !== undefined),
      { y, labels, state, losses, hits, dy, weights },
      { constants: { rows, classes }, threads: rows },
    );
  });
  return { losses, hits };
}
