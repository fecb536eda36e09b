import { OptionError } from '../errors.ts';
import { isBytes } from '../platform.ts';
import type { Gpu } from '../runtime/device.ts';
import { inSpells } from '../runtime/pace.ts';
import { checkNumber } from '../runtime/options.ts';
import { boundRange, emptyTensor, type Piece, type Tensor } from '../runtime/tensor.ts';

/** The number of bytes copied before the clock is checked. */
export const stretchBytes = 2 ** 18;

/**
 * Returns the number of examples in half of a window, if the device cannot hold all of them.
 * @throws OptionError if that is less than a few
 */
export function halfOfWindow(
  gpu: Gpu,
  data: Uint8Array | Float32Array,
  features: number,
  deviceBytes?: number,
  where = 'dataset',
): number | undefined {
  if (deviceBytes === undefined) return undefined;
  checkNumber(`${where}: deviceBytes`, deviceBytes, { least: 1 });
  if (data.byteLength <= deviceBytes) return undefined;
  const example = features * data.BYTES_PER_ELEMENT;
  const half = wholeWords(Math.min(deviceBytes, bufferLimit(gpu)) / 2 / example);
  if (half < 4)
    throw new OptionError(
      `${where}: deviceBytes must be at least ${8 * example}, the size of eight examples, not ${deviceBytes}`,
    );
  return half;
}

const bufferLimit = ({ device: { limits } }: Gpu): number =>
  Math.floor(Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / 256) * 256;

/** Rounds down to a multiple of four examples, which are whole words for any size of an example. */
const wholeWords = (examples: number): number => Math.floor(examples / 4) * 4;

/**
 * Uploads examples, which begin `step` values apart, in as few pieces of whole examples as possible. Overlapping pieces
 * share values.
 */
export async function upload(
  gpu: Gpu,
  data: Uint8Array | Float32Array,
  features: number,
  step = features,
): Promise<Piece[]> {
  const values = bufferLimit(gpu) / data.BYTES_PER_ELEMENT;
  const most = Math.max(4, wholeWords((values - features) / step + 1));
  const examples = Math.floor((data.length - features) / step) + 1;
  const pieces: Piece[] = [];
  try {
    for (let first = 0; first < examples; first += most) {
      const count = Math.min(most, examples - first);
      pieces.push({
        data: await uploadPiece(gpu, data.subarray(first * step, (first + count - 1) * step + features)),
        first,
        count,
      });
    }
  } catch (error) {
    for (const { data } of pieces) data.dispose();
    throw error;
  }
  return pieces;
}

async function uploadPiece(gpu: Gpu, data: Uint8Array | Float32Array): Promise<Tensor> {
  const bytes = isBytes(data);
  const tensor = emptyTensor(gpu, [bytes ? Math.ceil(data.length / 4) : data.length], bytes ? 'u32' : 'f32', 'data');
  const { buffer } = boundRange(tensor);
  const raw = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const writes: Promise<void>[] = [];
  try {
    for await (const at of inSpells(raw.length, stretchBytes)) {
      const part = raw.subarray(at, at + stretchBytes);
      // Writes must be whole words.
      const words = part.length % 4 ? new Uint8Array(part.length + 4 - (part.length % 4)) : part;
      if (words !== part) words.set(part);
      writes.push(gpu.guard(() => gpu.device.queue.writeBuffer(buffer, at, words)));
      writes.at(-1)!.catch(() => {}); // The caller sees the failure when it waits for all writes.
    }
    await Promise.all(writes);
  } catch (error) {
    tensor.dispose();
    throw error;
  }
  return tensor;
}
