/** Differences between JavaScript's hosts. Every folder may import it. */
import { OutOfMemoryError } from './errors.ts';

/**
 * Returns the name of a value's built-in class, also for values of another window or realm, where `instanceof` does not
 * work.
 */
export const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const isArrayOf = (value: unknown, kind: string): boolean => ArrayBuffer.isView(value) && kindOf(value) === kind;

export const isBytes = (value: unknown): value is Uint8Array => isArrayOf(value, 'Uint8Array');
export const isFloats = (value: unknown): value is Float32Array => isArrayOf(value, 'Float32Array');

/**
 * Returns whether an array's memory is not shared with other threads, so that it cannot change unnoticed and can be
 * transferred.
 */
export const isOwned = ({ buffer }: ArrayBufferView): boolean => kindOf(buffer) === 'ArrayBuffer';

export const isError = (value: unknown): value is Error =>
  typeof (value as Error | undefined)?.message === 'string' && typeof (value as Error).name === 'string';

/**
 * Makes a typed array of zeros.
 * @throws OutOfMemoryError where this platform has no array of that length; `remedy` is advice for its message
 */
export function allocate<A extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  where: string,
  array: { new (buffer: ArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
  length: number,
  remedy: string,
): A {
  try {
    return new (array as unknown as new (length: number) => A)(length);
  } catch (cause) {
    const bytes = length * array.BYTES_PER_ELEMENT;
    throw new OutOfMemoryError(`${where}: ${bytes} bytes are more than one array can hold here: ${remedy}`, { cause });
  }
}

/** Returns whether a file is an HTML page, which servers send for unknown addresses. */
export const isPage = (file: Uint8Array | string): boolean =>
  /^\s*<(!doctype html|html|head|body)\b/i.test(
    typeof file === 'string' ? file.slice(0, 200) : new TextDecoder().decode(file.subarray(0, 200)),
  );
