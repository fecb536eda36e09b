import { OptionError } from '../../errors.ts';
import { checkNumber, checkOptions, shown } from '../../runtime/options.ts';

/**
 * A number that changes from step to step, such as a learning rate, as plain data. `constant`, `cosine`, `stepDecay` and
 * `warmUp` make it. The `Schedule` of `latentgpu/runtime` is something else: it submits steps to the device.
 */
export type Schedule =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'cosine'; readonly from: number; readonly to: number; readonly steps: number }
  | { readonly kind: 'step'; readonly from: number; readonly factor: number; readonly every: number }
  | { readonly kind: 'warm-up'; readonly steps: number; readonly then: Schedule };

/**
 * The same value at every step.
 * @param value the value, at least 0
 * @example
 * ```ts
 * import { constant, warmUp } from 'latentgpu';
 *
 * const rate = warmUp(200, constant(1e-3)); // the same as warmUp(200, 1e-3)
 * ```
 * @throws OptionError
 */
export function constant(value: number): Schedule {
  return { kind: 'constant', value: checkNumber('constant: value', value, { least: 0 }) };
}

/**
 * Falls along half a cosine from `from` to `to` (default 0) over `steps` steps, and stays there (Loshchilov & Hutter
 * 2017, one cycle).
 * @param from the value at the first step
 * @param options the number of steps, and the value at their end
 * @example
 * ```ts
 * import { adam, cosine } from 'latentgpu';
 *
 * const optimizer = adam(cosine(1e-3, { steps: 4690, to: 1e-5 }));
 * ```
 * @throws OptionError
 */
export function cosine(from: number, options: { steps: number; to?: number }): Schedule {
  checkOptions('cosine', options, ['steps', 'to']);
  const { steps, to = 0 } = options;
  checkNumber('cosine: steps', steps, { least: 1, whole: true });
  return {
    kind: 'cosine',
    from: checkNumber('cosine: from', from, { least: 0 }),
    to: checkNumber('cosine: to', to, { least: 0 }),
    steps,
  };
}

/**
 * Starts at `from`, and is multiplied by `factor` (default 0.1) each time that `every` steps have passed.
 * @param from the value at the first step
 * @param options the number of steps between two changes, and the factor of a change
 * @example
 * ```ts
 * import { sgd, stepDecay } from 'latentgpu';
 *
 * const optimizer = sgd(stepDecay(0.1, { every: 1000, factor: 0.5 }));
 * ```
 * @throws OptionError
 */
export function stepDecay(from: number, options: { every: number; factor?: number }): Schedule {
  checkOptions('stepDecay', options, ['every', 'factor']);
  const { every, factor = 0.1 } = options;
  checkNumber('stepDecay: every', every, { least: 1, whole: true });
  return {
    kind: 'step',
    from: checkNumber('stepDecay: from', from, { least: 0 }),
    factor: checkNumber('stepDecay: factor', factor, { least: 0 }),
    every,
  };
}

/**
 * Rises in equal steps, from 1/`steps` of its value to the full value at step number `steps`; then follows `then`,
 * counted from there.
 * @param steps the number of steps until the full value
 * @param then the value or the schedule that follows
 * @example
 * ```ts
 * import { adam, cosine, warmUp } from 'latentgpu';
 *
 * const optimizer = adam(warmUp(200, cosine(1e-3, { steps: 4000 })));
 * ```
 * @throws OptionError
 */
export function warmUp(steps: number, then: number | Schedule): Schedule {
  return {
    kind: 'warm-up',
    steps: checkNumber('warmUp: steps', steps, { least: 1, whole: true }),
    then: asSchedule('warmUp: then', then),
  };
}

/** Reads a number of at least 0 or a schedule. @throws OptionError for anything else */
export function asSchedule(where: string, value: number | Schedule): Schedule {
  if (typeof value === 'number') return { kind: 'constant', value: checkNumber(where, value, { least: 0 }) };
  switch (value?.kind) {
    case 'constant':
      return constant(value.value);
    case 'cosine':
      return cosine(value.from, { steps: value.steps, to: value.to });
    case 'step':
      return stepDecay(value.from, { every: value.every, factor: value.factor });
    case 'warm-up':
      return warmUp(value.steps, value.then);
  }
  throw new OptionError(`${where}: takes a number or a schedule, not ${shown(value)}`);
}

/** Returns the value in step number `step`, counted from 0. */
export function valueAt(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.value;
    case 'cosine': {
      const { from, to, steps } = schedule;
      return step >= steps ? to : to + ((from - to) * (1 + Math.cos((Math.PI * step) / steps))) / 2;
    }
    case 'step':
      return schedule.from * schedule.factor ** Math.floor(step / schedule.every);
    case 'warm-up': {
      const { steps, then } = schedule;
      return step < steps ? ((step + 1) / steps) * valueAt(then, 0) : valueAt(then, step - steps);
    }
  }
}
