import type { Dataset } from '../../data/dataset.ts';
import { DataError, LatentGpuError } from '../../errors.ts';
import { denormalize, normalize, type Scaling } from '../../kernels/normalize.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Tape } from '../../runtime/tape.ts';
import { tensor, type Tensor } from '../../runtime/tensor.ts';
import { written, type Part } from './part.ts';

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

/**
 * The limits of a column's span. A column with a smaller one counts as constant, since devices may treat values below
 * 2⁻¹²⁶ as 0, and devices cannot divide by a larger one.
 */
const [leastSpan, mostSpan] = [2 ** -100, 2 ** 126];

/** The rounding error of a shift, in deviations, from which on it is kept as `rest`. */
const tolerance = 1e-5;

/** A normalisation as plain data. */
export interface WrittenNormalization extends Part {
  readonly clamped: boolean;
  readonly fitted?: { readonly [name in keyof Fitted]: number[] };
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

/** Returns the scales if they are a `Normalizer`, otherwise undefined. */
export const asNormalizer = (scales: Scales | undefined): Normalizer | undefined =>
  scales instanceof Normalizer ? scales : undefined;

/** A model's normalisation, from its first fit on. */
export class Normalizer implements Scales {
  #fitted: Fitted | undefined;
  #onDevice: Scaling | undefined;

  constructor(
    private readonly gpu: Gpu,
    readonly how: Normalize,
    /** Whether results have to stay within [0, 1]. */
    readonly clamped: boolean,
  ) {}

  /** The fitted values, if it was fitted. */
  get fitted(): Fitted | undefined {
    return this.#fitted;
  }

  /** Returns the normalisation as plain data, for `readNormalization`. */
  describe(): WrittenNormalization {
    const lists = Object.entries(this.#fitted ?? {}).map(([name, values]) => [
      name,
      Array.from(values as Float32Array),
    ]);
    const fitted = this.#fitted && (Object.fromEntries(lists) as WrittenNormalization['fitted']);
    return { ...written([this.how])[0], clamped: this.clamped, fitted };
  }

  /** Returns a copy with the same fitted values, which are put on the device on first use. */
  copy(): Normalizer {
    const copy = new Normalizer(this.gpu, this.how, this.clamped);
    copy.#fitted = this.#fitted;
    return copy;
  }

  /** Fits it in the first call, and returns a function that undoes this; later calls do nothing. */
  async fit(set: Dataset): Promise<(() => void) | undefined> {
    if (this.#fitted) return undefined;
    const { name } = this.how;
    // Imported on demand: pages that do not normalise do not load it.
    const { columnsOf } = await import('../../data/columns.ts');
    const { least, most, mean, deviation } = await columnsOf(set);
    const span = most.map((value, i) => value - least[i]);
    const wide = span.findIndex((value) => value > mostSpan);
    if (wide >= 0)
      throw new DataError(
        `${name}: column ${wide} goes from ${least[wide]} to ${most[wide]}, too wide a range for float32; if one of these marks a missing value, leave such rows out`,
      );
    const standard = name === 'standardize';
    const spread = Float32Array.from(standard ? deviation : span, (value, i) => (span[i] < leastSpan ? 1 : value));
    const shift = Float32Array.from(standard ? mean : least);
    const rest = Float32Array.from(mean, (value, i) => (standard ? value - shift[i] : 0));
    const fine = rest.some((value, i) => Math.abs(value) > tolerance * spread[i]);
    this.set({ shift, spread, ...(fine && { rest }) });
    return () => {
      this.dispose();
      this.#fitted = this.#onDevice = undefined;
    };
  }

  /** Records x' of x, [rows, features]. @throws LatentGpuError before the first fit */
  forward(tape: Tape, x: Tensor, blanks = false): Tensor {
    return normalize(tape, x, this.needFitted(), this.clamped ? 'clamped' : 'free', blanks);
  }

  /** Records how far x' of x lies outside of [0, 1]. @throws LatentGpuError before the first fit */
  outside(tape: Tape, x: Tensor, blanks = false): Tensor {
    return normalize(tape, x, this.needFitted(), 'outside', blanks);
  }

  /** Records x of x'. @throws LatentGpuError before the first fit */
  inverse(tape: Tape, y: Tensor): Tensor {
    return denormalize(tape, y, this.needFitted());
  }

  dispose(): void {
    for (const each of Object.values(this.#onDevice ?? {})) (each as Tensor).dispose();
  }

  /** Sets the fitted values: once, or again after the loss of a device. */
  set(fitted: Fitted): void {
    const made: Partial<Record<keyof Fitted, Tensor>> = {};
    try {
      for (const [name, values] of Object.entries(fitted))
        made[name as keyof Fitted] = tensor(this.gpu, values as Float32Array);
    } catch (error) {
      for (const each of Object.values(made)) each.dispose();
      throw error;
    }
    this.#fitted = fitted;
    this.#onDevice = made as Scaling;
  }

  /** Returns the fitted values on the device. @throws LatentGpuError before the first fit */
  needFitted(): Scaling {
    if (!this.#fitted) throw new LatentGpuError(`${this.how.name}: is not fitted yet: call fit() first`);
    if (!this.#onDevice || this.#onDevice.shift.gone) this.set(this.#fitted);
    return this.#onDevice!;
  }
}
