import { OptionError } from '../../errors.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import type { Network } from '../parts/network.ts';

/**
 * Checks that the codes and the outputs that a decoder makes of them fit into one array of 2 GiB each, since some
 * engines have no longer ones.
 * @throws OptionError
 */
export function checkRows(where: string, { inputShape, outputShape }: Network, rows: number): void {
  const values = Math.max(sizeOf(inputShape), sizeOf(outputShape));
  const most = Math.floor(2 ** 29 / values);
  if (rows > most)
    throw new OptionError(
      `${where}: ${rows} examples of ${4 * values} bytes take more than 2 GiB in one array; ask for at most ${most} at a time`,
    );
}
