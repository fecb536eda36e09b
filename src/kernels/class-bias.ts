import { classBiasForward, classBiasSums } from '../../shaders/class-bias.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { copy } from './elementwise.ts';
import { sumRowsLater } from './partial-sums.ts';
import { recordSum, strip } from './reduce.ts';

/** The most numbers in the partial sums of a gradient, unless one strip of rows alone has more. */
const mostPartials = 2 ** 22;

/**
 * Adds the bias of each row's class: y = z + bias, with z [rows, places × units], bias [classes, units], labels
 * [rows, 1] whole numbers from 0. If z has several rows for each label, these are consecutive. dz = dy, and dbias sums
 * dy over the places and over the rows of each class.
 * @throws ShapeError
 */
export function classBias(tape: Tape, z: Tensor, bias: Tensor, labels: Tensor): Tensor {
  const [rows] = z.shape;
  const [classes, units] = bias.shape;
  const samples = rows / labels.size;
  const across = z.size / rows;
  if (bias.shape.length !== 2 || across % units || !Number.isInteger(samples))
    throw new ShapeError(
      `classBias: rows of ${shown(z.shape)} do not fit biases of ${shown(bias.shape)} and labels of ${shown(labels.shape)}`,
    );
  const y = tape.tensor(z.shape, 'f32', 'class bias');
  const wide = units % 4 === 0;
  const four = wide ? 4 : 1;
  const threads = z.size / four;
  const constants = { size: threads, across: across / four, units: units / four, samples };
  tape.run(classBiasForward(wide), { z, bias, labels, y }, { constants, threads });
  tape.backward(y, () => {
    const dy = tape.grad(y);
    copy(tape, dy, tape.grad(z));
    let rowSums = dy;
    if (across > units) {
      rowSums = tape.tensor([rows, units], 'f32', 'sums over places');
      recordSum(tape, dy, { outer: rows, length: across / units, inner: units }, 1, rowSums);
    }
    const height = Math.max(strip, Math.ceil((rows * bias.size) / mostPartials));
    const strips = Math.ceil(rows / height);
    const sums = tape.tensor([strips, classes, units], 'f32', 'class sums');
    const constants = { size: sums.size, rows, units, classes, samples, strip: height };
    tape.run(classBiasSums(), { dy: rowSums, labels, sums }, { constants, threads: sums.size });
    sumRowsLater(tape, sums, tape.grad(bias), true);
  });
  return y;
}
