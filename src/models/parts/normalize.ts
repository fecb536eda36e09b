import type { Dataset } from '../../data/dataset.ts';
import { DataError, LatentGpuError } from '../../errors.ts';
import { denormalize, normalize, type Scaling } from '../../kernels/normalize.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Tape } from '../../runtime/tape.ts';
import { tensor, type Tensor } from '../../runtime/tensor.ts';
import { written, type Part } from './part.ts';

/** How data are brought to a common scale, feature by feature, before a model sees them. Made by `standardize` or `minMax`. */
export interface Normalize extends Part {
  readonly name: 'standardize' | 'minMax';
}

/**
 * Each feature to mean 0 and standard deviation 1 on the training data, as scikit-learn's StandardScaler; one that never changes becomes 0, and
 * values within 2⁻¹⁰⁰ of each other count as such. Fitted by the first `fit`, on the training part alone, and kept with the model; `reconstruct`
 * and `decode` give the data's own units back, as finely as a float32 of their size can, losses are in those of the deviations.
 */
export const standardize = (): Normalize => ({ name: 'standardize', args: [] });

/**
 * Each feature to [0, 1] on the training data, as scikit-learn's MinMaxScaler; one that never changes becomes 0. Fitted and kept as by
 * `standardize`. What lies outside of the training data's range goes outside of [0, 1]. Under `loss: 'bce'` the model sees the range's end instead,
 * and `errors` adds how far outside it is.
 */
export const minMax = (): Normalize => ({ name: 'minMax', args: [] });

/** What a normalisation was fitted to: x' = (x − shift − rest) / spread for each feature. */
export interface Fitted {
  readonly shift: Float32Array;
  readonly spread: Float32Array;
  /** What float32 leaves of the shift, where that is not next to nothing in any column. */
  readonly rest?: Float32Array;
}

/** Columns that span less count as constant, as devices may take what is below 2⁻¹²⁶ for 0; by more they need not divide. */
const [leastSpan, mostSpan] = [2 ** -100, 2 ** 126];

/** A mean may be off by so many deviations before its float32 gets a rest. */
const tolerance = 1e-5;

/** As plain data. */
export interface WrittenNormalization extends Part {
  readonly clamped: boolean;
  readonly fitted?: { readonly [name in keyof Fitted]: number[] };
}

/** What data go through before the first layer of a model, and what comes out of its last layer on the way back. */
export interface Scales {
  /** Whether what comes out is held within [0, 1]; then `outside` says how far off it was. */
  readonly clamped?: boolean;
  /** The first call fits it to the data that are trained on, and returns what takes that back; later ones do nothing. */
  fit(training: Dataset): Promise<(() => void) | undefined>;
  /** With `blanks` some of the values may be blank, and stay so. @throws LatentGpuError before the first fit */
  forward(tape: Tape, x: Tensor, blanks?: boolean): Tensor;
  outside?(tape: Tape, x: Tensor, blanks?: boolean): Tensor;
  inverse(tape: Tape, y: Tensor): Tensor;
  dispose(): void;
}

/** Scales that are those of an option `normalize`. */
export const asNormalizer = (scales: Scales | undefined): Normalizer | undefined =>
  scales instanceof Normalizer ? scales : undefined;

/** A model's normalisation, from its first fit on. */
export class Normalizer implements Scales {
  #fitted: Fitted | undefined;
  #onDevice: Scaling | undefined;

  constructor(
    private readonly gpu: Gpu,
    readonly how: Normalize,
    /** Whether what comes out has to stay within [0, 1]. */
    readonly clamped: boolean,
  ) {}

  /** What it was fitted to, if it was. */
  get fitted(): Fitted | undefined {
    return this.#fitted;
  }

  /** As plain data; `readNormalization` takes it back. */
  describe(): WrittenNormalization {
    const lists = Object.entries(this.#fitted ?? {}).map(([name, values]) => [
      name,
      Array.from(values as Float32Array),
    ]);
    const fitted = this.#fitted && (Object.fromEntries(lists) as WrittenNormalization['fitted']);
    return { ...written([this.how])[0], clamped: this.clamped, fitted };
  }

  /** Another one of its own, fitted as this one is. */
  copy(): Normalizer {
    const copy = new Normalizer(this.gpu, this.how, this.clamped);
    if (this.#fitted) copy.set(this.#fitted);
    return copy;
  }

  /** The first call fits it, and returns what takes that back; later ones do nothing. */
  async fit(set: Dataset): Promise<(() => void) | undefined> {
    if (this.#fitted) return undefined;
    const { name } = this.how;
    // A page that normalises nothing does not load it.
    const { columnsOf } = await import('../../data/columns.ts');
    const { least, most, mean, deviation } = await columnsOf(set);
    const span = most.map((value, i) => value - least[i]);
    const wide = span.findIndex((value) => value > mostSpan);
    if (wide >= 0)
      throw new DataError(
        `${name}: column ${wide} goes from ${least[wide]} to ${most[wide]}, too far for float32 to divide by; if one of these marks a missing value, leave such rows out`,
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

  /** Fits it to something known; once, but for a device that has been lost. */
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

  /** @throws LatentGpuError before the first fit */
  needFitted(): Scaling {
    if (!this.#onDevice)
      throw new LatentGpuError(
        `${this.how.name}: it is fitted on the training data by the first \`fit\`: call fit() first`,
      );
    if (this.#onDevice.shift.gone) this.set(this.#fitted!);
    return this.#onDevice;
  }
}
