import { softmax } from '../../src/kernels/softmax.ts';
import { softmax as reference } from '../reference/softmax.ts';
import { expectClose } from './close.ts';
import { dot } from './gradient.ts';
import { Draw } from './random.ts';
import { run, recording } from './run.ts';

/** Checks values and gradients against float64. */
export async function expectSoftmax(rows: number, columns: number): Promise<void> {
  const { memory, tape } = await recording();
  const draw = new Draw(rows + columns);
  const [x, dy] = [draw.floats(rows * columns, -6, 6), draw.floats(rows * columns)];
  const bound = memory.put(x, [rows, columns]);
  const y = softmax(tape, bound);
  tape.differentiate(y, memory.put(dy, [rows, columns]));
  const [value, dx] = await run(tape, [y, tape.grad(bound)]);
  const wanted = reference(x, columns);
  expectClose(value, wanted, (i) => 2e-6 * wanted[i], 'y');
  const dots = Array.from({ length: rows }, (_, row) => {
    const [start, end] = [row * columns, (row + 1) * columns];
    return dot(dy.subarray(start, end), wanted.subarray(start, end));
  });
  const slope = wanted.map((p, i) => p * (dy[i] - dots[Math.floor(i / columns)]));
  expectClose(dx, slope, (i) => 2e-6 * wanted[i], 'dx');
}
