import { DataError, DeviceLostError, LatentGpuError, ShapeError } from '../errors.ts';
import { allocate } from '../platform.ts';
import { checkGpu, type Gpu } from './device.ts';
import { checkNumbers, checkWord, isShape, shown } from './options.ts';

/** The type of a tensor's elements. */
export type DType = 'f32' | 'u32';

/** Numbers on the host in row-major order, with their shape. */
export interface Matrix {
  /** The values in row-major order. */
  data: Float32Array;
  /** The shape. */
  shape: number[];
}

/** A range of a device buffer. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/**
 * A shape with a range of a device buffer. A bound tensor has its range from the start. A recorded one belongs to a
 * tape and gets its range when the tape is compiled into a plan, which may let several tensors share a buffer.
 */
export class Tensor {
  readonly size: number;
  /** The device of a bound tensor: a Gpu may have another one after a recovery. */
  readonly #device: GPUDevice | undefined;
  /** The recorded tensor whose buffer it shares, and its offset there in bytes. */
  part?: { readonly whole: Tensor; readonly offset: number };
  /** The gradient of a parameter; a tape makes its own gradients for all other tensors. */
  gradient?: Tensor;

  constructor(
    readonly shape: readonly number[],
    readonly dtype: DType,
    readonly label: string,
    readonly home: { readonly gpu: Gpu; readonly range: BufferRange } | { readonly tape: object },
  ) {
    checkShape(label, shape);
    this.size = sizeOf(shape);
    this.#device = 'gpu' in home ? home.gpu.device : undefined;
  }

  /** Whether its values were lost with a device that has been replaced. */
  get gone(): boolean {
    return 'gpu' in this.home && this.home.gpu.device !== this.#device;
  }

  /** The size in bytes, in whole vec4s: kernels that work in fours may touch the end of the last one. */
  get bytes(): number {
    return Math.ceil(this.size / 4) * 16;
  }

  /** The number of rows: all dimensions but the last. */
  get rows(): number {
    return this.size / this.columns;
  }

  /** The size of the last dimension. */
  get columns(): number {
    return this.shape.at(-1) ?? 1;
  }

  /** Frees a tensor made by `tensor()`. Recorded tensors are freed with their plan. */
  dispose(): void {
    if ('range' in this.home) this.home.gpu.free(this.home.range.buffer);
  }
}

/** The number of values in a tensor of this shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Some of the rows of data that are too large for one buffer. */
export interface Piece {
  readonly data: Tensor;
  /** The number of its first row, and the count of its rows. */
  readonly first: number;
  readonly count: number;
}

/** Checks a shape. @throws ShapeError */
export function checkShape(label: string, shape: unknown): void {
  if (!isShape(shape))
    throw new ShapeError(`${label}: ${shown(shape)} is not a shape: every dimension is a whole number of at least 1`);
}

/** Makes an array of zeros for a result on the host. @throws OutOfMemoryError */
export const roomFor = (where: string, values: number): Float32Array<ArrayBuffer> =>
  allocate(where, Float32Array, values, 'ask for less at a time');

/**
 * Whether values of one shape can be used as those of the other in the same order: the shapes agree apart from
 * dimensions of 1, or one of them is flat.
 */
export function sameOrder(a: readonly number[], b: readonly number[]): boolean {
  const [p, q] = [a, b].map((shape) => shape.filter((side) => side !== 1));
  return p.length < 2 || q.length < 2 || p.join() === q.join();
}

/**
 * Uploads numbers to the device. Without a shape, a flat array is a vector.
 * @throws OptionError, ShapeError, DataError
 */
export function tensor(
  gpu: Gpu,
  values: ArrayLike<number> | Matrix,
  shape?: readonly number[],
  dtype: DType = 'f32',
): Tensor {
  checkGpu('tensor', gpu);
  const { data: within = values, shape: own } = (values ?? {}) as Partial<Matrix>;
  const data = checkNumbers('tensor: values', within);
  const sides = shape === undefined ? (own ?? [data.length]) : shape;
  checkShape('tensor', sides);
  checkWord('tensor: dtype', dtype, ['f32', 'u32']);
  const size = sizeOf(sides);
  if (size !== data.length)
    throw new ShapeError(`tensor: the shape ${shown(sides)} holds ${size} values, but the data has ${data.length}`);
  const wrong = ArrayBuffer.isView(data) ? -1 : Array.from(data).findIndex((value) => typeof value !== 'number');
  if (wrong >= 0) throw new DataError(`tensor: value ${wrong} is ${shown(data[wrong])}, which is not a number`);
  const made = emptyTensor(gpu, sides, dtype);
  writeTensor(gpu, made, data);
  return made;
}

/** Returns a bound tensor with its own buffer, initially zero. */
export function emptyTensor(gpu: Gpu, shape: readonly number[], dtype: DType = 'f32', label = 'tensor'): Tensor {
  checkShape(label, shape);
  const bytes = Math.ceil(sizeOf(shape) / 4) * 16;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  return new Tensor(shape, dtype, label, { gpu, range: { buffer: gpu.allocate(bytes, usage, label), offset: 0 } });
}

/** Overwrites a bound tensor. @throws ShapeError for another number of values */
export function writeTensor(gpu: Gpu, target: Tensor, values: ArrayLike<number>): void {
  if (values.length !== target.size)
    throw new ShapeError(`${target.label}: holds ${target.size} values, not ${values.length}`);
  const { buffer, offset } = boundRange(target);
  const array = target.dtype === 'u32' ? Uint32Array : Float32Array;
  const data = values instanceof array ? values : array.from(values);
  gpu.device.queue.writeBuffer(buffer, offset, data as Float32Array<ArrayBuffer>);
}

/** Returns the range of a bound tensor. @throws DeviceLostError where its values were lost with a device */
export function boundRange(tensor: Tensor): BufferRange {
  if (tensor.gone)
    throw new DeviceLostError(
      `${tensor.label}: its values were on the device that was lost; only a fit with \`recover\` restores those of its model and data`,
    );
  if ('range' in tensor.home) return tensor.home.range;
  throw new LatentGpuError(
    `${tensor.label} is recorded on a tape and has no buffer: read it by read(), or keep it and compile the tape`,
  );
}

/** Reads bound tensors back, all in one readback. */
export async function readTensors(gpu: Gpu, tensors: readonly Tensor[]): Promise<(Float32Array | Uint32Array)[]> {
  const bytes = await gpu.readBytes(tensors.map((each) => ({ ...boundRange(each), bytes: each.bytes })));
  let at = 0;
  return tensors.map((each) => {
    const values = new (each.dtype === 'u32' ? Uint32Array : Float32Array)(bytes, at, each.size);
    at += each.bytes;
    return values.slice();
  });
}
