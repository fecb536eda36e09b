import { OutOfMemoryError } from '../../src/errors.ts';
import type { Gpu } from '../../src/runtime/device.ts';

/** A buffer that lies in this side's memory. */
interface HostBuffer {
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** As a device without special limits has it. */
const maxBufferSize = 2 ** 28;

/**
 * What stands in for a device where there is none: it keeps buffers, and copies into them and out of them, but runs nothing. That is all it takes
 * to make, save and load models. Buffers are zero at first and count as on a device.
 */
export function standIn(): Gpu {
  const buffers = new Set<HostBuffer>();
  const of = (buffer: unknown, offset: number, bytes: number) => {
    const { size, bytes: all } = buffer as HostBuffer;
    if (!buffers.has(buffer as HostBuffer)) throw new Error('a buffer that was freed is used');
    if (offset % 4 || bytes % 4 || offset + bytes > size) throw new Error(`${bytes} bytes at ${offset} of a buffer of ${size}`);
    return all.subarray(offset, offset + bytes);
  };
  const encoder = {
    copyBufferToBuffer: (source: unknown, from: number, target: unknown, to: number, bytes: number) => of(target, to, bytes).set(of(source, from, bytes)),
  };
  const queue = {
    writeBuffer: (buffer: unknown, offset: number, data: ArrayBufferView) => of(buffer, offset, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
  const stand = {
    device: { queue, limits: { maxBufferSize, maxStorageBufferBindingSize: maxBufferSize } },
    check: () => {},
    allocate(bytes: number, _: number, label: string): HostBuffer {
      const size = Math.max(256, Math.ceil(bytes / 256) * 256);
      if (!(size <= maxBufferSize)) throw new OutOfMemoryError(`${label}: ${bytes} bytes are more than ${maxBufferSize}`);
      const buffer = { size, bytes: new Uint8Array(size) };
      buffers.add(buffer);
      return buffer;
    },
    free: (buffer: HostBuffer) => void buffers.delete(buffer),
    memory: () => ({ bytes: [...buffers].reduce((sum, { size }) => sum + size, 0), peakBytes: 0, buffers: buffers.size }),
    submit: async (encode: (commands: typeof encoder) => number) => void encode(encoder),
    async readBytes(ranges: readonly { buffer: unknown; offset: number; bytes: number }[]): Promise<ArrayBuffer> {
      const all = new Uint8Array(ranges.reduce((sum, { bytes }) => sum + bytes, 0));
      let at = 0;
      for (const { buffer, offset, bytes } of ranges) {
        all.set(of(buffer, offset, bytes), at);
        at += bytes;
      }
      return all.buffer;
    },
  };
  return stand as unknown as Gpu;
}
