import { OptionError, ShapeError } from '../../errors.ts';
import type { CellCorruption } from '../../kernels/cells.ts';
import type { CorruptionKind } from '../../kernels/corrupt.ts';
import { pair, type Sides } from '../../kernels/window.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkNumber } from '../../runtime/options.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { imageOf, readAxes } from './image-arguments.ts';
import type { Image } from './layout.ts';
import type { Part } from './part.ts';
import type { Pass } from '../training/pass.ts';

const noise = onDemand(() => import('../../kernels/corrupt.ts'));
const resampling = onDemand(() => import('../../kernels/resample.ts'));
const puzzles = onDemand(() => import('../../kernels/puzzle.ts'));

/**
 * A random change of an example before the encoder sees it; the target stays clean (Vincent et al. 2008). It is drawn
 * anew in each step, and evaluation does not apply it.
 */
export interface Corruption extends Part {
  /** The change to the cells of a table, for a corruption of tables alone. @internal */
  readonly cells?: CellCorruption;
  /** Checks that it can work on examples of this shape. @throws ShapeError */
  check?(shape: readonly number[]): void;
  /** Records x̃ from x [rows, features], where each row is an example of this shape. */
  record(pass: Pass, x: Tensor, shape: readonly number[]): Tensor;
}

function elementwise(name: string, kind: CorruptionKind, amount: number): Corruption {
  return {
    name,
    args: [amount],
    prepare: noise.prepare,
    record: (pass, x) => noise().corrupt(pass.tape, kind, x, amount, pass.draws()),
  };
}

/**
 * Adds Gaussian noise, x + stddev · ε with ε ~ N(0, 1) for each value. Results are not clipped.
 * @param stddev the standard deviation of the noise
 * @example
 * ```ts
 * import { gaussianNoise } from 'latentgpu';
 *
 * const corrupt = gaussianNoise(0.5);
 * ```
 * @throws OptionError
 */
export function gaussianNoise(stddev: number): Corruption {
  checkNumber('gaussianNoise: stddev', stddev, { above: 0 });
  return elementwise('gaussianNoise', 'gaussian', stddev);
}

/**
 * Sets each value to 0 with probability `rate`.
 * @param rate the probability of 0
 * @example
 * ```ts
 * import { gaussianNoise, maskNoise } from 'latentgpu';
 *
 * const corrupt = [maskNoise(0.25), gaussianNoise(0.1)]; // in this order
 * ```
 * @throws OptionError
 */
export function maskNoise(rate: number): Corruption {
  checkNumber('maskNoise: rate', rate, { above: 0, most: 1 });
  return elementwise('maskNoise', 'mask', rate);
}

/**
 * Sets each value to 0 or 1, with equal chances, with probability `rate`.
 * @param rate the probability of a change
 * @example
 * ```ts
 * import { saltAndPepper } from 'latentgpu';
 *
 * const corrupt = saltAndPepper(0.1);
 * ```
 * @throws OptionError
 */
export function saltAndPepper(rate: number): Corruption {
  checkNumber('saltAndPepper: rate', rate, { above: 0, most: 1 });
  return elementwise('saltAndPepper', 'saltAndPepper', rate);
}

/** Reads a number of parts: at least 2 on one axis or on both. @throws OptionError that names the axis */
function readParts(where: string, parts: Sides, most?: number): Sides {
  const read = readAxes(where, parts, Array.isArray(parts) ? 1 : 2, most);
  if (read === 1) checkNumber(where, read, { least: 2 });
  return read;
}

/**
 * Coarsens an image: every square of factor × factor pixels becomes its mean, in an image of the same size, so that a
 * decoder learns super-resolution. `[4, 1]` coarsens the height alone.
 * @param factor the side of a square that becomes its mean, or one for each axis
 * @example
 * ```ts
 * import { downsample } from 'latentgpu';
 *
 * const corrupt = downsample(4); // the encoder sees a quarter of the resolution
 * ```
 * @throws OptionError; ShapeError, when the model is made, for examples that are not images
 */
export function downsample(factor: Sides): Corruption {
  const read = readParts('downsample: factor', factor);
  return {
    name: 'downsample',
    args: [read],
    check: (shape) => void imageOf('downsample', shape),
    prepare: resampling.prepare,
    record: ({ tape }, x, shape) => resampling().coarsen(tape, x, imageOf('downsample', shape), read),
  };
}

/**
 * Cuts an image into tiles × tiles, or `[vertical, horizontal]`, and puts them together in a random order, a new one
 * for each example and step. Both sides must be multiples of the number of tiles.
 * @param tiles the number of tiles along each side, or one for each axis
 * @example
 * ```ts
 * import { shuffleTiles } from 'latentgpu';
 *
 * const corrupt = shuffleTiles(2); // the four quarters in a random order
 * ```
 * @throws OptionError; ShapeError, when the model is made, for examples that cannot be cut like this
 */
export function shuffleTiles(tiles: Sides): Corruption {
  const read = readParts('shuffleTiles: tiles', tiles, 8);
  const [down, across] = pair(read);
  const check = (shape: readonly number[]): Image => {
    const image = imageOf('shuffleTiles', shape);
    if (image[0] % down || image[1] % across)
      throw new ShapeError(`shuffleTiles: [${shape.join(', ')}] cannot be cut into ${down} × ${across} tiles`);
    return image;
  };
  return {
    name: 'shuffleTiles',
    args: [read],
    check: (shape) => void check(shape),
    prepare: puzzles.prepare,
    record(pass, x, shape) {
      const { moveTiles, tileOrder } = puzzles();
      const order = tileOrder(pass.tape, x.shape[0], down * across, pass.draws());
      return moveTiles(pass.tape, x, check(shape), read, order);
    },
  };
}

/** Makes a corruption of tables. Models of tables have kernels for it, and other models refuse it. */
function ofCells(name: string, cells: CellCorruption, rate: number): Corruption {
  const refuse = () => {
    throw new OptionError(`${name}: is only for models of tables: autoencoder(gpu, { input: table.columns, … })`);
  };
  return { name, args: [rate], cells, check: refuse, record: refuse };
}

/**
 * Hides each cell of a table with probability `rate`, as if it were blank, so that a model learns to fill in blanks
 * from the other columns. The loss still counts the cell.
 * @param rate the probability of hiding a cell
 * @example
 * ```ts
 * import { hideCells } from 'latentgpu';
 *
 * const corrupt = hideCells(0.2);
 * ```
 * @throws OptionError
 */
export function hideCells(rate: number): Corruption {
  checkNumber('hideCells: rate', rate, { above: 0, most: 1 });
  return ofCells('hideCells', 'hide', rate);
}

/**
 * Replaces each cell of a table with probability `rate` by that of another row of the batch, so that a model learns
 * which values go together. The loss counts the original cell.
 * @param rate the probability of replacing a cell
 * @example
 * ```ts
 * import { swapNoise } from 'latentgpu';
 *
 * const corrupt = swapNoise(0.15);
 * ```
 * @throws OptionError
 */
export function swapNoise(rate: number): Corruption {
  checkNumber('swapNoise: rate', rate, { above: 0, most: 1 });
  return ofCells('swapNoise', 'swap', rate);
}
