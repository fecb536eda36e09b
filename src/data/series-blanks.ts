import { DataError } from '../errors.ts';
import { blankCell } from '../runtime/blank.ts';
import { stepOf } from './range.ts';

/**
 * Returns a copy of a series with `blankCell` for each NaN.
 * @throws DataError if all values are NaN, or a number is as large as a blank
 */
export function withMarks(values: Float32Array, channels: number): Float32Array {
  if (values.every(Number.isNaN)) throw new DataError('series: all of its values are blank');
  return values.map((value, i) => {
    if (Number.isNaN(value)) return blankCell;
    if (value > blankCell / 2 && value < Infinity)
      throw new DataError(`series: ${value} at ${stepOf(i, channels)} is too large for a series with blanks`);
    return value;
  });
}
