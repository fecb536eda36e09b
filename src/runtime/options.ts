import { OptionError } from '../errors.ts';

/** What people coming from elsewhere type, and what it is called here. */
const synonyms: Record<string, string> = {
  validationSplit: 'validation: 0.1',
  validationData: 'validation',
  validation_split: 'validation: 0.1',
  batch: 'batchSize',
  batch_size: 'batchSize',
  lr: 'learningRate',
  learning_rate: 'learningRate',
  callbacks: 'onEpochEnd',
  yieldEvery: 'frameBudgetMs',
  latentDim: 'encoder: [dense(latentDim)]',
  corruption: 'corrupt',
  noise: 'corrupt: gaussianNoise(0.5)',
  regularizer: 'penalty',
  penalties: 'penalty',
};

/** @throws OptionError for a key that is not in `known`, with a hint where one is close */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new OptionError(`${where}: options are an object, not ${String(options)}`);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    // Files name options, too: some that every object has, some as long as the file.
    const close = (name: string) => Math.abs(name.length - key.length) <= 2 && distance(name.toLowerCase(), key.toLowerCase()) <= 2;
    const meant = Object.hasOwn(synonyms, key) ? synonyms[key] : known.find(close);
    throw new OptionError(`${where}: unknown option '${key}'${meant ? ` (did you mean ${meant}?)` : `; it takes ${known.join(', ')}`}`);
  }
}

/** A number in a range, whole if asked for. @throws OptionError */
export function checkNumber(where: string, value: unknown, { least = -Infinity, most = Infinity, whole = false, above = -Infinity } = {}): number {
  const good = typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most && value > above && (!whole || Number.isInteger(value));
  if (good) return value;
  const range = [whole ? 'a whole number' : 'a number', above > -Infinity && `above ${above}`, least > -Infinity && `of at least ${least}`, most < Infinity && `of at most ${most}`];
  throw new OptionError(`${where}: ${String(value)} is not ${range.filter(Boolean).join(' ')}`);
}

/** A seed: a whole number of 32 bits. @throws OptionError */
export const checkSeed = (where: string, seed: unknown): number => checkNumber(`${where}: seed`, seed, { least: 0, most: 2 ** 32 - 1, whole: true });

/** Levenshtein's edit distance. */
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
