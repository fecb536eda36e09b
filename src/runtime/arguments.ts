import { OptionError, ShapeError } from '../errors.ts';
import { checkGpu } from './device.ts';
import { checkFlag, checkNumber, checkNumbers, checkWord, shown } from './options.ts';
import { stateWords } from './state.ts';
import { Tape } from './tape.ts';
import { checkShape, Tensor } from './tensor.ts';

/** Throws where an argument is not valid; `where` names function and argument. */
export type Check = (where: string, value: unknown) => void;

/**
 * Wraps a function with runtime checks of its arguments, each with a name and a check; the function checks later
 * arguments itself. It is for exported use; internal calls skip the checks, since the compiler has checked them.
 */
/* @__NO_SIDE_EFFECTS__ */
export function takes<F extends (...args: never[]) => unknown>(name: string, f: F, checks: Record<string, Check>): F {
  const named = Object.entries(checks);
  const checked = (...args: never[]): unknown => {
    named.forEach(([argument, check], i) => check(`${name}: ${argument}`, args[i]));
    return f(...args);
  };
  return checked as F;
}

export const aGpu: Check = checkGpu;
export const aTape: Check = (where, value) => {
  if (!(value instanceof Tape))
    throw new OptionError(`${where} must be a tape, as tape(gpu) returns it, not ${shown(value)}`);
};
export const aTensor: Check = (where, value) => {
  if (!(value instanceof Tensor)) throw new OptionError(`${where} must be a tensor, not ${shown(value)}`);
};
export const aText: Check = (where, value) => {
  if (typeof value !== 'string') throw new OptionError(`${where} must be a string, not ${shown(value)}`);
};
export const aShape: Check = checkShape;
export const aFlag: Check = checkFlag;
export const aNumbers: Check = checkNumbers;
export const aNumber: Check = (where, value) => void checkNumber(where, value);
export const aCount: Check = (where, value) => void checkNumber(where, value, { least: 1, whole: true });
/* @__NO_SIDE_EFFECTS__ */
export function aWord(...words: readonly string[]): Check {
  return (where, value) => void checkWord(where, value as string, words);
}

/* @__NO_SIDE_EFFECTS__ */
export function optional(check: Check): Check {
  return (where, value) => {
    if (value !== undefined) check(where, value);
  };
}

/** Checks a list of at least one item. */
/* @__NO_SIDE_EFFECTS__ */
export function each(check: Check): Check {
  return (where, value) => {
    if (!Array.isArray(value) || !value.length) throw new OptionError(`${where} must be a list, not ${shown(value)}`);
    Array.from(value as unknown[]).forEach((item, i) => check(`${where}[${i}]`, item));
  };
}

/** Checks an object with these members, and any others. */
/* @__NO_SIDE_EFFECTS__ */
export function fields(checks: Record<string, Check>): Check {
  return (where, value) => {
    if (typeof value !== 'object' || value === null)
      throw new OptionError(`${where} must be an object, not ${shown(value)}`);
    for (const [name, check] of Object.entries(checks))
      check(`${where}.${name}`, (value as Record<string, unknown>)[name]);
  };
}

/** Checks the record of a run's position. @throws OptionError, ShapeError */
export const aState: Check = (where, value) => {
  aTensor(where, value);
  const { size, shape, dtype } = value as Tensor;
  if (size !== stateWords || dtype !== 'u32')
    throw new ShapeError(`${where} must be what makeState returned, not [${shape.join(', ')}] of ${dtype}`);
};
