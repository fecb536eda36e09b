/** Reads the specs in files, and returns them in the form that models take. */
import { OptionError } from '../../errors.ts';
import { checkFlag, checkNumber } from '../../runtime/options.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import type { Around } from '../parts/layer.ts';
import type { Image } from '../parts/layout.ts';
import type { Loss } from '../parts/losses.ts';
import type { Fitted, Normalize } from '../parts/normalize.ts';
import type { AutoencoderSpec } from '../spec.ts';
import { readCount, readNumbers, record } from './metadata.ts';
import type { Readers } from './read-model.ts';

/** Reads the permutations of a puzzle's cells. @throws OptionError */
export function readPermutations(written: unknown, cells: number): Uint8Array[] {
  if (!Array.isArray(written)) throw new OptionError('permutations must be a list');
  return written.map((each: unknown) => {
    const cellsOf = Array.isArray(each) ? (each as unknown[]) : [];
    const sorted = cellsOf.toSorted((a, b) => Number(a) - Number(b));
    if (cellsOf.length !== cells || sorted.some((cell, i) => cell !== i))
      throw new OptionError(`[${cellsOf.join(', ')}] is not a permutation of ${cells} cells`);
    return Uint8Array.from(cellsOf as number[]);
  });
}

/**
 * Reads the images around an encoder, and whether shapes with two dimensions are sequences; without a word about that,
 * its own layers decide.
 * @throws OptionError
 */
export function readAround(written: unknown, input: number[], code: number[]): Around {
  const { before, after, sequences } = record(written, 'around');
  const image = (sides: unknown, what: string, flat: number[]): Image | undefined => {
    if (sides === undefined) return undefined;
    const shape = counts(sides, what);
    if (shape.length !== 3 || sizeOf(shape) !== sizeOf(flat))
      throw new OptionError(`${what}: [${shape.join(', ')}] is not an image with the values of [${flat.join(', ')}]`);
    return shape as unknown as Image;
  };
  return {
    before: image(before, 'before', input),
    after: image(after, 'after', code),
    sequences: sequences === undefined ? undefined : checkFlag('around: sequences', sequences),
  };
}

/** Reads the spec of an autoencoder, and the results of its training. @throws OptionError */
export function readAutoencoderSpec(
  { encoder, decoder, loss, corrupt, penalty, normalize, samples, ...rest }: Record<string, unknown>,
  readers: Readers,
  given?: Loss,
): { spec: AutoencoderSpec; fitted?: Fitted; samples: number } {
  const parts = {
    loss: given ?? readLoss(loss, readers),
    encoder: readers.readLayers(encoder),
    decoder: readers.readLayers(decoder),
    corrupt: readers.readCorruptions(corrupt),
    penalty: readers.readPenalties(penalty),
  };
  const { how, fitted } = readNormalization(normalize, counts([rest.input].flat(), 'input'), readers);
  // The rest is checked where every spec is checked.
  const spec = { ...rest, ...parts, normalize: how } as AutoencoderSpec;
  return { spec, fitted, samples: readCount('samples', samples) };
}

/** Reads a loss: a name, or its maker's arguments; a formula does not come from a file. @throws OptionError */
function readLoss(written: unknown, { readLosses }: Readers): unknown {
  if (typeof written === 'string') return written;
  if (record(written, 'loss').name === 'elementwise') throw new OptionError('the loss elementwise has no name');
  return readLosses([written])[0];
}

/** Reads a normalisation and its fitted values. @throws OptionError */
export function readNormalization(
  written: unknown,
  shape: number[],
  { readNormalizations }: Readers,
): { how?: Normalize; clamped: boolean; fitted?: Fitted } {
  if (written === undefined) return { clamped: false };
  const [how] = readNormalizations([written]);
  const { clamped, fitted } = record(written, 'normalize');
  if (fitted === undefined) return { how, clamped: clamped === true };
  const { shift, spread, rest } = record(fitted, 'fitted');
  const read = (values: unknown, above?: number) => readNumbers('the normalisation', values, sizeOf(shape), above);
  // Checked again after rounding, which may make a number infinite or 0.
  const numbers = (values: unknown, above?: number) => Float32Array.from(read(read(values).map(Math.fround), above));
  const lists = {
    shift: numbers(shift),
    spread: numbers(spread, 0),
    ...(rest !== undefined && { rest: numbers(rest) }),
  };
  return { how, clamped: clamped === true, fitted: lists };
}

/** Reads the dimensions of a shape. @throws OptionError */
export function counts(written: unknown, what: string): number[] {
  if (!Array.isArray(written)) throw new OptionError(`${what} must be a shape`);
  return written.map((n) => checkNumber(what, n, { least: 1, whole: true }));
}
