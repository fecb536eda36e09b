import { vi } from 'vitest';
import { Gpu } from '../../src/runtime/device.ts';
import type { Open } from '../../src/runtime/connection.ts';

/** A buffer that lies in this side's memory. */
class HostBuffer {
  readonly bytes: ArrayBuffer;
  #destroyed = false;

  constructor(readonly size: number) {
    this.bytes = new ArrayBuffer(size);
  }

  part(offset: number, bytes: number): Uint8Array {
    if (this.#destroyed) throw new Error('a buffer that was destroyed is used');
    if (offset % 4 || bytes % 4 || offset + bytes > this.size)
      throw new Error(`${bytes} bytes at ${offset} of a buffer of ${this.size}`);
    return new Uint8Array(this.bytes, offset, bytes);
  }

  destroy(): void {
    this.#destroyed = true;
  }

  async mapAsync(): Promise<void> {}

  getMappedRange(): ArrayBuffer {
    return this.bytes;
  }
}

/** As a device without special limits has it. */
const maxBufferSize = 2 ** 28;

/** The globals of WebGPU, where there are none: what they are is in its specification. */
export function stubWebGpu(): void {
  vi.stubGlobal('GPUBufferUsage', { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, STORAGE: 128 });
  vi.stubGlobal('GPUMapMode', { READ: 1 });
}

/**
 * A Gpu where there is no GPU: its device keeps buffers, and copies into them and out of them, but runs nothing. That is all it takes to make, save
 * and load models.
 */
export const standIn = (reopen?: Open, device = standInDevice()): Gpu =>
  new Gpu(
    device,
    { vendor: 'none', architecture: '', description: 'a stand-in', isFallback: true },
    true,
    'fixed',
    reopen,
  );

/** An adapter that gives what `requestDevice` does. */
export const standInAdapter = (requestDevice: () => Promise<GPUDevice>): GPUAdapter =>
  ({ limits: { maxBufferSize, maxStorageBufferBindingSize: maxBufferSize }, features: new Set(), requestDevice }) as unknown as GPUAdapter; // prettier-ignore

/** Lost when `lost` resolves. */
export function standInDevice(lost: Promise<GPUDeviceLostInfo> = new Promise(() => {})): GPUDevice {
  const encoder = {
    copyBufferToBuffer: (source: HostBuffer, from: number, target: HostBuffer, to: number, bytes: number) =>
      target.part(to, bytes).set(source.part(from, bytes)),
    finish: () => ({}),
  };
  const queue = {
    // From where in the data and how much of it counts in its elements.
    writeBuffer: (
      buffer: HostBuffer,
      offset: number,
      data: Uint8Array | Float32Array,
      from = 0,
      count = data.length - from,
    ) => {
      const part = data.subarray(from, from + count);
      buffer.part(offset, part.byteLength).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    },
    submit: () => {},
    onSubmittedWorkDone: async () => {},
  };
  const device = {
    limits: {
      maxBufferSize,
      maxStorageBufferBindingSize: maxBufferSize,
      maxStorageBuffersPerShaderStage: 8,
      maxComputeInvocationsPerWorkgroup: 64,
    },
    features: new Set(),
    lost,
    queue,
    createBuffer: ({ size }: { size: number }) => new HostBuffer(size),
    createCommandEncoder: () => encoder,
    pushErrorScope: () => {},
    popErrorScope: async () => null,
    destroy: () => {},
  };
  return device as unknown as GPUDevice;
}
