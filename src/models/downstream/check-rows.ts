import { OptionError } from '../../errors.ts';
import { checkNumber, checkOptions, checkSeed } from '../../runtime/options.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import type { Network } from '../parts/network.ts';

/**
 * Checks a number of rows: that it is at least `least`, and that the codes and the outputs that a decoder makes of them
 * fit into one array of 2 GiB each, since some engines have no longer ones.
 * @throws OptionError
 */
export function checkRows(where: string, { inputShape, outputShape }: Network, rows: number, least = 1): void {
  checkNumber(where, rows, { least, whole: true });
  const values = Math.max(sizeOf(inputShape), sizeOf(outputShape));
  const most = Math.floor(2 ** 29 / values);
  if (rows > most)
    throw new OptionError(
      `${where}: ${rows} examples of ${4 * values} bytes take more than 2 GiB in one array; ask for at most ${most} at a time`,
    );
}

/** Checks the arguments of `sample`, and returns its seed if one is given. @throws OptionError */
export function checkSample(
  network: Network,
  count: number,
  options: { seed?: number },
  known: readonly string[] = ['seed'],
): number | undefined {
  checkRows('sample: count', network, count);
  checkOptions('sample', options, known);
  return options.seed === undefined ? undefined : checkSeed('sample', options.seed);
}
