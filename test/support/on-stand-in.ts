/** For tests of what data come to, on a device that only keeps buffers. */
import { expect } from 'vitest';
import type { Gpu } from '../../src/runtime/device.ts';
import { readTensors, type Tensor } from '../../src/runtime/tensor.ts';
import { errorOf } from './error-of.ts';
import { standIn } from './stand-in.ts';

/** So many whole numbers. */
export const count = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);
export const floats = (n: number) => Float32Array.from(count(n));
/** What a tensor holds. */
export const words = async (tensor: Tensor) => [...(await readTensors((tensor.home as { gpu: Gpu }).gpu, [tensor]))[0]];
/** The bytes of a tensor that holds four to a word. */
export const packed = async (tensor: Tensor) => [...new Uint8Array(Uint32Array.from(await words(tensor)).buffer)];

/** Whose buffers, or whose bindings, hold little. */
export function withSmallBuffers(limits: Partial<GPUSupportedLimits>): Gpu {
  const gpu = standIn();
  Object.assign(gpu.device.limits, limits);
  return gpu;
}

/** A call that is refused: with what kind of error, and which message. */
export type Refusal = [what: string, call: () => unknown, kind: new (message: string) => Error, message: string];
export async function refused(call: Refusal[1], kind: Refusal[2], message: string): Promise<void> {
  const error = await errorOf((async () => call())());
  expect(error.message).toBe(message);
  expect(error).toBeInstanceOf(kind);
}
