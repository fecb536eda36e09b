import { OptionError } from '../../errors.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import type { AnyHourglass } from '../training/hourglass.ts';

/** Checks that the result fits into one array of 2 GiB, since some engines have no longer ones. @throws OptionError */
export function checkRows(where: string, { encoder, decoder }: AnyHourglass, rows: number): void {
  const values = Math.max(sizeOf(encoder.outputShape), sizeOf(decoder.outputShape));
  const most = Math.floor(2 ** 29 / values);
  if (rows > most)
    throw new OptionError(
      `${where}: ${rows} examples of ${4 * values} bytes take more than 2 GiB in one array; ask for at most ${most} at a time`,
    );
}
