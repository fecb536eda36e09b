import { DataError, LatentGpuError, OptionError, ShapeError } from '../../errors.ts';
import { sameShape } from '../../kernels/shapes.ts';
import { isFloats } from '../../platform.ts';
import type { Gpu } from '../../runtime/device.ts';
import { shown } from '../../runtime/options.ts';
import type { NamedParameter, Parameters } from '../../runtime/parameters.ts';
import { boundRange, readTensors, writeTensor, type Matrix } from '../../runtime/tensor.ts';
import type { Turns } from '../../runtime/turns.ts';
import { toInside, toOutside, type Layout } from '../parts/layout.ts';

/** The places of a model's weights: one for trained weights, and another one for frozen weights if there are any. */
export interface Weights {
  readonly gpu: Gpu;
  readonly turns: Turns;
  readonly parameterSets: readonly Parameters<Layout>[];
}

/** A parameter, or one of its moments, as it is stored on the device. */
export type StoredTensor = Pick<NamedParameter<Layout>, 'name' | 'tensor' | 'layout'>;

/** Returns all parameters of these places. */
export const stored = (parameterSets: readonly Parameters<Layout>[]): NamedParameter<Layout>[] =>
  parameterSets.flatMap(({ named }) => named);

/** Returns values read from the device by their names and in their layout outside. */
export function outside(
  weights: readonly StoredTensor[],
  values: readonly ArrayLike<number>[],
): Record<string, Matrix> {
  const entries = weights.map(({ name, tensor, layout }, i): [string, Matrix] => {
    const data = values[i] as Float32Array;
    return [name, { data: layout ? toOutside(data, layout) : data, shape: [...(layout ?? tensor).shape] }];
  });
  return Object.fromEntries(entries);
}

/** Reads all parameters, with their values in the layout of the device. */
export async function readStored({ gpu, turns, parameterSets }: Weights) {
  const all = stored(parameterSets);
  const tensors = all.map(({ tensor }) => tensor);
  const values = await turns.take(() => readTensors(gpu, tensors));
  return { all, values: values as Float32Array[] };
}

/** Reads all weights by name. */
export async function readWeights(weights: Weights): Promise<Record<string, Matrix>> {
  const { all, values } = await readStored(weights);
  return outside(all, values);
}

/**
 * Sets some or all weights by name.
 * @throws ShapeError for a wrong name or shape, DataError for a value that is not finite; in both cases no weight is
 * set
 */
export function writeWeights({ gpu, turns, parameterSets }: Weights, weights: Record<string, Matrix>): void {
  if (Object.prototype.toString.call(weights) !== '[object Object]')
    throw new OptionError(`setWeights: takes an object of matrices by their names, not ${shown(weights)}`);
  const copies = Object.entries(weights).map(([name, matrix]) => {
    const { data, shape } = (matrix ?? {}) as Partial<Matrix>;
    if (!Array.isArray(shape) || !isFloats(data))
      throw new ShapeError(`setWeights: ${name} must be a matrix { data: Float32Array, shape }`);
    const place = parameterSets.find((parameters) => parameters.find(name));
    const parameter = place?.find(name);
    if (!place || !parameter)
      throw new ShapeError(
        `setWeights: the model has no ${name}; it has ${stored(parameterSets)
          .map(({ name }) => name)
          .join(', ')}`,
      );
    const { tensor, layout } = parameter;
    const known = (layout ?? tensor).shape;
    if (!sameShape(shape, known) || data.length !== tensor.size) {
      throw new ShapeError(`setWeights: ${name} is ${shown(known)}, not ${shown(shape)} with ${data.length} values`);
    }
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new DataError(`setWeights: ${name} has ${data[wrong]} at index ${wrong}`);
    boundRange(tensor);
    return { place, name, values: layout ? toInside(data, layout) : data.slice() };
  });
  gpu.check();
  // Takes its turn, so that a long `reconstruct` uses one set of weights, and later calls use the new one. Meanwhile a
  // fit may have moved the weights to another device, or the model may have been disposed. Only the loss of the device
  // can fail here, and every later call reports it as well.
  void turns.take(() => {
    for (const { place, name, values } of copies)
      if (!place.disposed) writeTensor(gpu, place.find(name)!.tensor, values);
  });
}

/**
 * Copies on the device the weights that both places have and whose names begin with `prefix`. Rejects with
 * LatentGpuError if a model has been disposed before its turn.
 */
export function copyWeights(
  { gpu, turns }: { gpu: Gpu; turns: Turns },
  from: Parameters<Layout>,
  to: Parameters<Layout>,
  prefix = '',
): Promise<void> {
  const both = from.entries.filter(([name]) => name.startsWith(prefix) && to.has(name));
  const copy = (encoder: GPUCommandEncoder) => {
    for (const [name, tensor] of both) {
      const [source, target] = [boundRange(tensor), boundRange(to.get(name))];
      encoder.copyBufferToBuffer(source.buffer, source.offset, target.buffer, target.offset, tensor.bytes);
    }
  };
  return turns.take(() => {
    if (from.disposed || to.disposed) throw new LatentGpuError('the model was disposed');
    return gpu.submit(copy);
  });
}
