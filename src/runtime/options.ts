import { OptionError } from '../errors.ts';
import { isBytes } from '../platform.ts';

/** Names of options in other libraries, and their names here. */
const synonyms: Record<string, string> = {
  validationSplit: 'validation: 0.1',
  validationData: 'validation',
  validation_split: 'validation: 0.1',
  batch: 'batchSize',
  batch_size: 'batchSize',
  lr: 'optimizer: adam(0.001)',
  learning_rate: 'optimizer: adam(0.001)',
  learningRate: 'optimizer: adam(0.001)',
  callbacks: 'onEpochEnd',
  yieldEvery: 'frameBudgetMs',
  latentDim: 'encoder: [dense(latentDim)]',
  corruption: 'corrupt',
  noise: 'corrupt: gaussianNoise(0.5)',
  regularizer: 'penalty',
  penalties: 'penalty',
};

/** A value as messages show it. Some objects cannot be made a text, and some texts are long. */
export function shown(value: unknown): string {
  try {
    const text =
      typeof value === 'string'
        ? `'${value}'`
        : Array.isArray(value)
          ? `[${Array.from(value, String).join(', ')}]`
          : String(value);
    return (typeof value === 'bigint' ? `${text}n` : text).slice(0, 200);
  } catch {
    return `something of type ${typeof value}`;
  }
}

/**
 * Checks that all options are known.
 * @throws OptionError for an unknown one, with a hint where the name is close to another
 */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  // Lists, maps and functions are objects too, but their keys are not options.
  if (Object.prototype.toString.call(options) !== '[object Object]')
    throw new OptionError(`${where}: options must be an object, not ${shown(options)}`);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    // Names may come from a file: a name may be a property of every object, or as long as the file.
    const close = (name: string) =>
      Math.abs(name.length - key.length) <= 2 && distance(name.toLowerCase(), key.toLowerCase()) <= 2;
    const synonym = Object.hasOwn(synonyms, key) ? synonyms[key] : '';
    const meant = known.includes(synonym.split(':')[0]) ? synonym : known.find(close);
    throw new OptionError(
      `${where}: unknown option '${key}'${meant ? ` (did you mean ${meant}?)` : `; it takes ${known.join(', ')}`}`,
    );
  }
}

/** The largest float32. */
const largest = 3.4028234663852886e38;

/** Checks a number and its range; with `whole`, a whole number. @throws OptionError */
export function checkNumber(
  where: string,
  value: unknown,
  { least = -largest, most = largest, whole = false, above = -Infinity } = {},
): number {
  const good =
    typeof value === 'number' &&
    value >= least &&
    value <= most &&
    value > above &&
    (!whole || Number.isSafeInteger(value));
  if (good) return value;
  const upper = most < largest || (typeof value === 'number' && value > most);
  const from = above > -Infinity ? ` above ${above}` : least > -largest ? ` of at least ${least}` : '';
  const to = upper ? `${from && ' and'} at most ${most}` : '';
  throw new OptionError(`${where}: ${shown(value)} is not a ${whole ? 'whole ' : ''}number${from}${to}`);
}

/** Checks a seed: a whole number of 32 bits. @throws OptionError */
export const checkSeed = (where: string, seed: unknown): number =>
  checkNumber(`${where}: seed`, seed, { least: 0, most: 2 ** 32 - 1, whole: true });

/** Checks a boolean. @throws OptionError */
export function checkFlag(where: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new OptionError(`${where} must be true or false, not ${shown(value)}`);
  return value;
}

/** Checks that a value is one of the words. @throws OptionError */
export function checkWord<W extends string>(where: string, value: unknown, words: readonly W[]): W {
  if (!words.includes(value as W))
    throw new OptionError(`${where} must be ${words.map((word) => `'${word}'`).join(' or ')}, not ${shown(value)}`);
  return value as W;
}

/** Checks a function. @throws OptionError */
export function checkFunction(where: string, value: unknown): void {
  if (typeof value !== 'function') throw new OptionError(`${where} must be a function`);
}

/** Checks a signal, if one is given. @throws OptionError */
export function checkSignal(where: string, signal: unknown): void {
  const { addEventListener, throwIfAborted } = (signal ?? {}) as Partial<AbortSignal>;
  if (signal !== undefined && (typeof addEventListener !== 'function' || typeof throwIfAborted !== 'function'))
    throw new OptionError(`${where}: signal must be an AbortSignal`);
}

/** Checks that a value is bytes. @throws OptionError */
export function checkBytes(where: string, bytes: unknown): void {
  if (!isBytes(bytes)) throw new OptionError(`${where}: takes the bytes of a file, as a Uint8Array`);
}

/** Checks a list of numbers, plain or typed. @throws OptionError */
export function checkNumbers(where: string, values: unknown): ArrayLike<number> {
  const typed = ArrayBuffer.isView(values) && 'length' in values && typeof (values as Uint8Array)[0] !== 'bigint';
  if (!Array.isArray(values) && !typed)
    throw new OptionError(`${where}: takes a list of numbers, not ${shown(values)}`);
  return values as ArrayLike<number>;
}

/** Whether a value is a list of dimensions. */
export const isShape = (shape: unknown): shape is number[] =>
  // Not by the list's own `every`, which skips holes.
  Array.isArray(shape) &&
  Array.from(shape as unknown[]).every((side) => Number.isSafeInteger(side) && Number(side) >= 1);

/** Checks the dimensions of a shape, at least one. @throws OptionError */
export function checkSides(where: string, shape: unknown): number[] {
  const sides = Array.isArray(shape) ? Array.from(shape as unknown[]) : [];
  if (!sides.length) throw new OptionError(`${where}: takes a shape, such as [7, 7, 16], not ${shown(shape)}`);
  return sides.map((side) => checkNumber(where, side, { least: 1, whole: true }));
}

/** The Levenshtein distance of two texts. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
