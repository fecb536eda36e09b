import { OutOfMemoryError } from '../../errors.ts';

/** Joins texts to one. @throws OutOfMemoryError, with the message of `tooLong`, if no string can be that long */
export function join(texts: readonly string[], separator: string, tooLong: () => string): string {
  try {
    return texts.join(separator);
  } catch (cause) {
    // Engines have different errors for it: Chrome a RangeError, Firefox an InternalError.
    throw new OutOfMemoryError(tooLong(), { cause });
  }
}
