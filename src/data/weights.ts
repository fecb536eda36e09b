import { DataError, ShapeError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { checkNumbers, shown } from '../runtime/options.ts';
import { emptyTensor, writeTensor, type Tensor } from '../runtime/tensor.ts';

/** A weight for each example of a storage. The device gets them when training first asks for them. */
export class ExampleWeights {
  #tensor: Tensor | undefined;

  constructor(
    private readonly gpu: Gpu,
    readonly values: Float32Array,
  ) {}

  /** The weights on the device, [examples]; written again after the loss of a device. */
  get tensor(): Tensor {
    if (!this.#tensor || this.#tensor.gone) {
      this.#tensor = emptyTensor(this.gpu, [this.values.length], 'f32', 'weights of the examples');
      writeTensor(this.gpu, this.#tensor, this.values);
    }
    return this.#tensor;
  }

  dispose(): void {
    this.#tensor?.dispose();
    this.#tensor = undefined;
  }
}

/**
 * Reads weights: a number of at least 0 for each of `count` examples or classes, and not 0 for all of them.
 * @throws ShapeError, DataError
 */
export function readWeights(where: string, given: ArrayLike<number>, count: number, of: string): Float32Array {
  const weights: unknown[] = Array.from(checkNumbers(where, given));
  if (weights.length !== count) throw new ShapeError(`${where}: ${count} ${of}, but ${weights.length} weights`);
  const fits = (weight: unknown) => typeof weight === 'number' && weight >= 0 && Math.fround(weight) < Infinity;
  const wrong = weights.findIndex((weight) => !fits(weight));
  if (wrong >= 0)
    throw new DataError(
      `${where}: weight ${wrong} is ${shown(weights[wrong])}; a weight is a finite number of at least 0`,
    );
  const values = Float32Array.from(given);
  if (!values.some((weight) => weight)) throw new DataError(`${where}: every weight is 0, so nothing would be learned`);
  return values;
}
