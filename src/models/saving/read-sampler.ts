import { FormatError } from '../../errors.ts';
import { checkFlag, checkNumber } from '../../runtime/options.ts';
import { sizeOf, type Matrix } from '../../runtime/tensor.ts';
import type { ReadSampler } from '../downstream/sampler.ts';
import type { SavedValues } from '../parts/first-values.ts';
import type { Network } from '../parts/network.ts';
import { record } from './metadata.ts';

/** Reads a fitted distribution of codes; `written` is its entry in the metadata. @throws OptionError, FormatError */
export function readSampler(written: unknown, encoder: Network, savedValues: SavedValues): ReadSampler | undefined {
  if (written === undefined) return undefined;
  const entry = record(written, 'sampler');
  const components = checkNumber('sampler: components', entry.components, { least: 1, whole: true });
  const old = checkFlag('sampler: old', entry.old);
  const take = (name: string, shape: number[]): Matrix => ({ data: savedValues(`sampler.${name}`, shape), shape });
  const { code, outputShape } = encoder;
  const size = sizeOf(outputShape);
  if (code?.kind === 'vectorQuantizer') {
    const frequencies = take('frequencies', [size / outputShape.at(-1)!, code.entries]);
    return { tensors: { frequencies: shares('frequencies', frequencies) }, old };
  }
  const weights = shares('weights', take('weights', [components]));
  const [means, factors] = [take('means', [components, size]), take('factors', [components, size, size])];
  return { tensors: { weights, means, factors }, old };
}

/** Checks that each row is a list of fractions with the sum 1. @throws FormatError */
function shares(name: string, matrix: Matrix): Matrix {
  const columns = matrix.shape.at(-1)!;
  for (let at = 0; at < matrix.data.length; at += columns) {
    const row = matrix.data.subarray(at, at + columns);
    const sum = row.reduce((total, share) => total + share, 0);
    if (!row.every((share) => share >= 0) || !(Math.abs(sum - 1) < 1e-3))
      throw new FormatError(`load: each row of sampler.${name} must be shares with the sum 1`);
  }
  return matrix;
}
