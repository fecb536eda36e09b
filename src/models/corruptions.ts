import { corrupt, type CorruptionKind } from '../kernels/corrupt.ts';
import { checkNumber } from '../runtime/options.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Pass } from './pass.ts';

/** What is done to an example before the encoder sees it; the target stays clean (Vincent et al. 2008). New in each step; none in evaluation. */
export interface Corruption {
  readonly name: string;
  /** Its numbers, by the names that its maker gives them. */
  readonly settings: Readonly<Record<string, number>>;
  /** Records x̃ from x [rows, features]. */
  record(pass: Pass, x: Tensor): Tensor;
}

function elementwise(name: string, kind: CorruptionKind, settings: Record<string, number>, amount: number): Corruption {
  return { name, settings, record: (pass, x) => corrupt(pass.tape, kind, x, amount, pass.draws()) };
}

/** x + stddev · ε, with ε ~ N(0, 1) for each value. Nothing is clipped. @throws OptionError */
export function gaussianNoise(stddev: number): Corruption {
  checkNumber('gaussianNoise: stddev', stddev, { above: 0 });
  return elementwise('gaussianNoise', 'gaussian', { stddev }, stddev);
}

/** Each value becomes 0 with probability `rate`. @throws OptionError */
export function maskNoise(rate: number): Corruption {
  checkNumber('maskNoise: rate', rate, { above: 0, most: 1 });
  return elementwise('maskNoise', 'mask', { rate }, rate);
}

/** Each value becomes 0 or 1, by a fair coin, with probability `rate`. @throws OptionError */
export function saltAndPepper(rate: number): Corruption {
  checkNumber('saltAndPepper: rate', rate, { above: 0, most: 1 });
  return elementwise('saltAndPepper', 'saltAndPepper', { rate }, rate);
}
