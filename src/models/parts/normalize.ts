import type { Dataset } from '../../data/dataset.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Part } from './part.ts';

/** How features are brought to a common scale before a model sees them. `standardize` and `minMax` make it. */
export interface Normalize extends Part {
  /** The name of its maker. */
  readonly name: 'standardize' | 'minMax';
}

/**
 * Brings each feature to mean 0 and standard deviation 1 on the training data, as scikit-learn's StandardScaler. A
 * constant feature becomes 0; values within 2⁻¹⁰⁰ of each other count as constant. The first `fit` fits it, on the
 * training part alone, and files keep it. `reconstruct` and `decode` return the data's own units, as precisely as
 * float32 allows; losses are in units of the deviations.
 * @example
 * ```ts
 * import { autoencoder, dense, openGpu, standardize } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const decoder = [dense(12)];
 * const model = await autoencoder(gpu, { input: 12, encoder: [dense(4)], decoder, loss: 'mse', normalize: standardize() });
 * ```
 */
export const standardize = (): Normalize => ({ name: 'standardize', args: [] });

/**
 * Brings each feature to [0, 1] on the training data, as scikit-learn's MinMaxScaler. A constant feature becomes 0. It
 * is fitted and kept as by `standardize`. Later values outside of the training range become values outside of [0, 1].
 * Under `loss: 'bce'` the model sees the end of the range instead, and `errors` adds the distance from it.
 * @example
 * ```ts
 * import { autoencoder, dense, minMax, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const decoder = [dense(12, 'sigmoid')];
 * const model = await autoencoder(gpu, { input: 12, encoder: [dense(4)], decoder, loss: 'bce', normalize: minMax() });
 * ```
 */
export const minMax = (): Normalize => ({ name: 'minMax', args: [] });

/** The fitted values of a normalisation, x' = (x − shift − rest) / spread for each feature. */
export interface Fitted {
  readonly shift: Float32Array;
  readonly spread: Float32Array;
  /** The rounding error of the shift in float32; undefined where it is negligible in all columns. */
  readonly rest?: Float32Array;
}

/** The transformation of data before the first layer of a model, and of its outputs on the way back. */
export interface Scales {
  /** Whether its results are clamped to [0, 1]; `outside` then gives the distance of the original. */
  readonly clamped?: boolean;
  /**
   * Fits it to the training data in the first call, and returns a function that undoes this; later calls do nothing.
   */
  fit(training: Dataset): Promise<(() => void) | undefined>;
  /** Records x' of x, in which `blanks` stay blank. @throws LatentGpuError before the first fit */
  forward(tape: Tape, x: Tensor, blanks?: boolean): Tensor;
  /** Records how far x' of x lies outside of [0, 1]; 0 for `blanks`. @throws LatentGpuError before the first fit */
  outside?(tape: Tape, x: Tensor, blanks?: boolean): Tensor;
  /** Records x of x'. @throws LatentGpuError before the first fit */
  inverse(tape: Tape, y: Tensor): Tensor;
  dispose(): void;
}
