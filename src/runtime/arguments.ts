import { OptionError, ShapeError } from '../errors.ts';
import { checkGpu } from './device.ts';
import { checkFlag, checkNumber, checkNumbers, checkWord, shown } from './options.ts';
import { stateWords } from './state.ts';
import { Tape } from './tape.ts';
import { checkShape, Tensor } from './tensor.ts';

/** Throws where an argument is not what it has to be; `where` names function and argument. */
export type Check = (where: string, value: unknown) => void;

/**
 * The function behind a look at its arguments, of which each has a name and a check; those after them are the function's own business. For functions
 * that are handed out, but that the library calls as well: there the compiler has looked already.
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
  if (!(value instanceof Tape)) throw new OptionError(`${where} is a tape, as tape(gpu) makes it, not ${shown(value)}`);
};
export const aTensor: Check = (where, value) => {
  if (!(value instanceof Tensor)) throw new OptionError(`${where} is a tensor, not ${shown(value)}`);
};
export const aText: Check = (where, value) => {
  if (typeof value !== 'string') throw new OptionError(`${where} is a text, not ${shown(value)}`);
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

/** A list of at least one. */
/* @__NO_SIDE_EFFECTS__ */
export function each(check: Check): Check {
  return (where, value) => {
    if (!Array.isArray(value) || !value.length) throw new OptionError(`${where} is a list, not ${shown(value)}`);
    Array.from(value as unknown[]).forEach((item, i) => check(`${where}[${i}]`, item));
  };
}

/** An object with these in it, and whatever else. */
/* @__NO_SIDE_EFFECTS__ */
export function fields(checks: Record<string, Check>): Check {
  return (where, value) => {
    if (typeof value !== 'object' || value === null)
      throw new OptionError(`${where} is an object, not ${shown(value)}`);
    for (const [name, check] of Object.entries(checks))
      check(`${where}.${name}`, (value as Record<string, unknown>)[name]);
  };
}

/** Where training stands. @throws OptionError, ShapeError */
export const aState: Check = (where, value) => {
  aTensor(where, value);
  const { size, shape, dtype } = value as Tensor;
  if (size !== stateWords || dtype !== 'u32')
    throw new ShapeError(
      `${where} is one that makeState made, ${stateWords} whole numbers, not [${shape.join(', ')}] of ${dtype}`,
    );
};
