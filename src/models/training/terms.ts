import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { valueAt, type Schedule } from '../parts/schedules.ts';
import type { AnyLoss } from './losses.ts';
import type { Timetable } from './timetable.ts';

/** A part of what a model minimises or reports for a batch. */
export interface Term {
  /**
   * The name under which it is reported. Terms of one name are reported as their sum; a term without a name is reported
   * in the loss alone.
   */
  readonly name?: string;
  /** Sums over parts of the batch; their total, divided by the batch's rows, is the term's value. */
  readonly sums: Tensor;
  /**
   * The weight of the value in the loss. A schedule counts all steps of the model; 0 is for terms that are only
   * reported. Default 1.
   */
  readonly coefficient?: number | Schedule;
}

/** Records the gradient of a loss made of these terms. */
export function differentiate(tape: Tape, terms: readonly Term[], timetable: Timetable): void {
  const counted = terms.filter(({ coefficient }) => coefficient !== 0);
  tape.differentiate(
    counted.map(({ name = 'loss', sums, coefficient = 1 }) => ({
      sums,
      coefficient:
        typeof coefficient === 'number'
          ? coefficient
          : timetable.column(name, 1, (step) => [valueAt(coefficient, step)]),
    })),
  );
}

/**
 * Returns the report of a batch: the values of the terms by name, and the loss, which consists of the model's own terms:
 * those from number `ownTermsFrom` on.
 */
export function report<L extends AnyLoss>(
  terms: readonly Term[],
  values: ArrayLike<number>,
  step: number,
  ownTermsFrom: number,
): L {
  let loss = 0;
  const named: Record<string, number> = {};
  terms.forEach(({ name, coefficient = 1 }, i) => {
    if (name) named[name] = (named[name] ?? 0) + values[i];
    if (i < ownTermsFrom || coefficient === 0) return;
    loss += (typeof coefficient === 'number' ? coefficient : valueAt(coefficient, step)) * values[i];
  });
  return { loss, ...named } as unknown as L;
}
