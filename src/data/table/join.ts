import { OutOfMemoryError } from '../../errors.ts';

/** Returns one text of all pieces. @throws OutOfMemoryError, with the message `tooLong`, if no string can be that long */
export function join(pieces: readonly string[], tooLong: string): string {
  try {
    return pieces.join('');
  } catch (cause) {
    // Engines have different errors for it: Chrome a RangeError, Firefox an InternalError.
    throw new OutOfMemoryError(tooLong, { cause });
  }
}
