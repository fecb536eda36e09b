import { DataError, ShapeError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import type { Parameters } from '../runtime/parameters.ts';
import { boundRange, readTensors, writeTensor, type Matrix } from '../runtime/tensor.ts';
import type { Turns } from '../runtime/turns.ts';

/** Where a model's weights lie: in one place, or the frozen ones in another. */
export interface Weights {
  readonly gpu: Gpu;
  readonly turns: Turns;
  readonly places: readonly Parameters[];
}

/** All weights by name. */
export async function readWeights({ gpu, turns, places }: Weights): Promise<Record<string, Matrix>> {
  const names = places.flatMap((parameters) => parameters.names);
  const tensors = places.flatMap((parameters) => parameters.tensors);
  const values = await turns.take(() => readTensors(gpu, tensors));
  return Object.fromEntries(names.map((name, i) => [name, { data: values[i] as Float32Array, shape: [...tensors[i].shape] }]));
}

/** Sets some weights or all. @throws ShapeError on a wrong name or shape, DataError on a value that is not finite; then none is set */
export function writeWeights({ gpu, turns, places }: Weights, weights: Record<string, Matrix>): void {
  const copies = Object.entries(weights).map(([name, { data, shape }]) => {
    const parameter = places.map((parameters) => parameters.named(name)).find((found) => found);
    if (!parameter) throw new ShapeError(`setWeights: there is no ${name}; there are ${places.flatMap(({ names }) => names).join(', ')}`);
    if (shape.join() !== parameter.shape.join() || data.length !== parameter.size) {
      throw new ShapeError(`setWeights: ${name} is [${parameter.shape.join(', ')}], not [${shape.join(', ')}] with ${data.length} values`);
    }
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new DataError(`setWeights: ${name} has ${data[wrong]} at ${wrong}`);
    return { parameter, values: data.slice() };
  });
  // In its turn, so that a long `reconstruct` sees one set of weights; everything asked for later comes after it.
  void turns.take(() => copies.forEach(({ parameter, values }) => writeTensor(gpu, parameter, values)));
}

/** Copies on the device those weights that both places have. */
export function copyWeights({ gpu, turns }: { gpu: Gpu; turns: Turns }, from: Parameters, to: Parameters): Promise<void> {
  const both = from.entries.filter(([name]) => to.has(name));
  const copy = (encoder: GPUCommandEncoder) => {
    for (const [name, tensor] of both) {
      const [source, target] = [boundRange(tensor), boundRange(to.get(name))];
      encoder.copyBufferToBuffer(source.buffer, source.offset, target.buffer, target.offset, tensor.bytes);
    }
    return 0;
  };
  return turns.take(() => gpu.submit(copy));
}
