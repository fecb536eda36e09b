/** The types of numbers that safetensors files hold. */
import { allocate } from '../platform.ts';

/** The size of a number of each type in bytes. */
const sizes = new Map(
  Object.entries({
    ...{ F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, U64: 8, I32: 4, U32: 4, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 },
    ...{ F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, C64: 8 },
  }),
);

/** Returns the size of a number of a type in bytes; undefined for types that are unknown or smaller than a byte. */
export const sizeOf = (dtype: string): number | undefined => sizes.get(dtype);

/**
 * Returns floating-point numbers as float32, with F64 rounded to the nearest; undefined for other types. `bytes` need
 * not be aligned.
 */
export function readFloats(where: string, dtype: string, bytes: Uint8Array): Float32Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!/^(F64|F32|B?F16)$/.test(dtype)) return undefined;
  const data = allocate(where, Float32Array, bytes.length / sizes.get(dtype)!, 'keep the tensors in several files');
  // Copied as bytes, so that every NaN keeps its bits.
  if (dtype === 'F32') new Uint8Array(data.buffer).set(bytes);
  const words = new Uint32Array(data.buffer);
  if (dtype === 'BF16') for (let i = 0; i < data.length; i++) words[i] = view.getUint16(2 * i, true) << 16;
  if (dtype === 'F16') for (let i = 0; i < data.length; i++) data[i] = half(view.getUint16(2 * i, true));
  if (dtype === 'F64') for (let i = 0; i < data.length; i++) data[i] = view.getFloat64(8 * i, true);
  return data;
}

/** Reads IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
}
