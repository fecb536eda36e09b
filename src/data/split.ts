import { DataError } from '../errors.ts';
import { checkNumber, checkOptions, checkSeed } from '../runtime/options.ts';
import { permutation, streams } from '../runtime/random.ts';

/**
 * Returns the numbers of a fraction of the examples, drawn at random, and of the rest.
 * @throws OptionError; DataError if one would be empty
 */
export function splitRows(length: number, fraction: number, options: { seed?: number }): [number[], number[]] {
  checkOptions('split', options, ['seed']);
  const { seed = 0 } = options;
  checkSeed('split', seed);
  checkNumber('split: fraction', fraction, { above: 0, most: 1 });
  const first = Math.round(length * fraction);
  if (first < 1 || first >= length)
    throw new DataError(`split: a fraction of ${fraction} of ${length} examples leaves one side empty`);
  const order = Array.from(permutation(length, seed, streams.split));
  return [order.slice(0, first), order.slice(first)];
}
