import { type TermKind } from '../../src/kernels/loss.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { type Tensor } from '../../src/runtime/tensor.ts';
import { terms } from '../reference/loss.ts';
import { Draw } from './random.ts';
import { recording, run, type Inputs, type Values } from './run.ts';

export const pairs = ['product', 'mse', 'bce', 'mae', 'huber'] as const;

export const alone = ['square', 'absolute', 'value'] as const;

/** Off zero, where |y| has its kink. */
export const drawn = (seed: number, count: number) => {
  const draw = new Draw(seed);
  return { y: draw.offZero(count, 0.01, 4), x: draw.floats(count, -2, 2) };
};

export const isPair = (kind: TermKind) => terms[kind].length === 2;

export const kinds: readonly TermKind[] = [...pairs, ...alone];

/** Runs what `record` makes of a state whose first `real` rows count; it returns what is to be read. */
export async function onDevice(
  rows: number,
  real: number,
  record: (tape: Tape, memory: Inputs, state: Tensor) => Tensor[],
): Promise<Values[]> {
  // Real rows end where the epoch does.
  const { memory, tape, state } = await recording({ batch: rows, examples: 100, position: 100 - real });
  return run(tape, record(tape, memory, state));
}

/** Each row's sum over its strips. */
export function perRow(strips: Values, rows: number): Float64Array {
  const each = strips.length / rows;
  return Float64Array.from({ length: rows }, (_, r) =>
    Array.from(strips.subarray(r * each, (r + 1) * each)).reduce((a, b) => a + b, 0),
  );
}
