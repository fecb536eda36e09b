import { softmaxBackward, softmaxForward } from '../../shaders/softmax.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** Softmax along the last dimension. dx = y (dy − Σ dy y). */
export function softmax(tape: Tape, x: Tensor): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'softmax');
  const size = { constants: { rows: x.rows, columns: x.columns }, workgroups: x.rows };
  tape.run(softmaxForward(), { x, y }, size);
  tape.backward(y, () => tape.run(softmaxBackward(), { y, dy: tape.grad(y), dx: tape.grad(x) }, size));
  return y;
}
