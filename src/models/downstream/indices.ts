/** Quantised codes as numbers of their entries; see the methods of `Autoencoder` for the contract. */
import type { Examples } from '../../data/labels.ts';
import { DataError, OptionError, ShapeError } from '../../errors.ts';
import { isShape, shown } from '../../runtime/options.ts';
import { readTensors, roomFor, sizeOf, type Matrix } from '../../runtime/tensor.ts';
import type { Codes } from '../parts/layer.ts';
import type { Network } from '../parts/network.ts';
import type { Hourglass } from '../training/hourglass.ts';
import type { FrequencyTensors } from './draw.ts';
import type { SamplerFit, SamplerOptions } from './sampler.ts';

/** The numbers of codebook entries, counted from 0. */
export interface Indices {
  /** The numbers in row-major order. */
  data: Uint32Array;
  /** The code's shape without its last dimension, [examples, …places]. */
  shape: number[];
}

/** Returns the entries that the codes of examples take. @throws OptionError where the code is not quantised */
export async function indices({ encoder }: Hourglass, data: Examples): Promise<Indices> {
  return indicesOf('indices', encoder, quantised('indices', encoder), data);
}

/**
 * Returns the entries with these numbers, as codes.
 * @throws OptionError where the code is not quantised; ShapeError, DataError
 */
export async function entriesAt({ encoder }: Hourglass, { data, shape }: Indices): Promise<Matrix> {
  const { entries } = quantised('decode', encoder);
  const { outputShape } = encoder;
  const places = outputShape.slice(0, -1);
  const perCode = sizeOf(places);
  const count = data.length / perCode;
  if (!data.length || !isShape(shape) || shape.join() !== [count, ...places].join())
    throw new ShapeError(
      `decode: indices of this code must be [${['examples', ...places].join(', ')}], not ${shown(shape)}`,
    );
  const wrong = data.findIndex((index) => index >= entries);
  if (wrong >= 0)
    throw new DataError(
      `decode: index ${data[wrong]} of example ${Math.floor(wrong / perCode)} is not below ${entries}`,
    );
  const { gpu, turns } = encoder.owner();
  const codebook = encoder.parameter(encoder.layers.length - 1, 'codebook');
  const [all] = await turns.take(() => readTensors(gpu, [codebook]));
  const columns = outputShape.at(-1)!;
  const codes = roomFor('decode', data.length * columns);
  data.forEach((index, i) => codes.set(all.subarray(index * columns, (index + 1) * columns), i * columns));
  return { data: codes, shape: [count, ...outputShape] };
}

/** Counts how often each place takes each entry. @throws OptionError, ShapeError, DataError */
export async function fitFrequencies(
  encoder: Network,
  code: Codes['vectorQuantizer'],
  data: Examples,
  { components, iterations }: SamplerOptions,
): Promise<{ tensors: FrequencyTensors; fit: SamplerFit }> {
  if (components !== undefined || iterations !== undefined)
    throw new OptionError(
      'fitSampler: components and iterations are for codes of numbers, not for a quantised code: leave them out',
    );
  const { entries } = code;
  const { data: taken, shape } = await indicesOf('fitSampler', encoder, code, data);
  const [examples] = shape;
  const perCode = taken.length / examples;
  const counts = new Uint32Array(perCode * entries);
  for (let i = 0; i < taken.length; i++) counts[(i % perCode) * entries + taken[i]]++;
  const frequencies = Float32Array.from(counts, (count) => count / examples);
  const logLikelihood =
    counts.reduce((sum, count) => sum + (count && count * Math.log(count / examples)), 0) / examples;
  return {
    tensors: { frequencies: { data: frequencies, shape: [perCode, entries] } },
    fit: { logLikelihood, iterations: 1, components: 1 },
  };
}

async function indicesOf(
  where: string,
  encoder: Network,
  code: Codes['vectorQuantizer'],
  data: Examples,
): Promise<Indices> {
  const places = encoder.outputShape.slice(0, -1);
  const { data: values, shape } = await encoder.compute(where, data, places, (pass, x) =>
    encoder.recordCode(pass, x, code.indices),
  );
  return { data: Uint32Array.from(values), shape };
}

/** Returns the quantiser at the end of an encoder. @throws OptionError where the code is not quantised */
function quantised(where: string, { code }: Network): Codes['vectorQuantizer'] {
  if (code?.kind !== 'vectorQuantizer')
    throw new OptionError(`${where}: needs a quantised code: an encoder whose last layer is vectorQuantizer(entries)`);
  return code;
}
