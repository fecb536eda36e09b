import { columnsOf } from '../data/columns.ts';
import type { Dataset } from '../data/dataset.ts';
import { DataError, LatentGpuError } from '../errors.ts';
import { denormalize, normalize, type Scaling } from '../kernels/normalize.ts';
import type { Gpu } from '../runtime/device.ts';
import type { Tape } from '../runtime/tape.ts';
import { tensor, type Tensor } from '../runtime/tensor.ts';
import { written, type Part } from './part.ts';

/** How data are brought to a common scale, feature by feature, before a model sees them. Made by `standardize` or `minMax`. */
export interface Normalize extends Part {
  readonly name: 'standardize' | 'minMax';
}

/**
 * Each feature to mean 0 and standard deviation 1 on the training data, as scikit-learn's StandardScaler; one that never changes becomes 0.
 * Fitted by the first `fit`, on the training part alone, and kept with the model; `reconstruct` and `decode` give the data's own units back,
 * losses are in those of the deviations.
 */
export const standardize = (): Normalize => ({ name: 'standardize', args: [] });

/**
 * Each feature to [0, 1] on the training data, as scikit-learn's MinMaxScaler; one that never changes becomes 0. Fitted and kept as by
 * `standardize`. What lies outside of the training data's range goes outside of [0, 1], but under `loss: 'bce'`, where it counts as the range's end.
 */
export const minMax = (): Normalize => ({ name: 'minMax', args: [] });

/** What a normalisation was fitted to: x' = (x − shift) / spread for each feature. */
export interface Fitted {
  readonly shift: Float32Array;
  readonly spread: Float32Array;
}

/** As plain data. */
export interface WrittenNormalization extends Part {
  readonly clamped: boolean;
  readonly fitted?: Readonly<Record<keyof Fitted, number[]>>;
}

/** A model's normalisation, from its first fit on. */
export class Normalizer {
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
    const { how } = this;
    const fitted = this.#fitted && { shift: Array.from(this.#fitted.shift), spread: Array.from(this.#fitted.spread) };
    return { ...written([how])[0], clamped: this.clamped, fitted };
  }

  /** Another one of its own, fitted as this one is. */
  copy(): Normalizer {
    const copy = new Normalizer(this.gpu, this.how, this.clamped);
    if (this.#fitted) copy.set(this.#fitted);
    return copy;
  }

  /** The first call fits it; later ones do nothing. */
  async fit(set: Dataset): Promise<void> {
    if (this.#fitted) return;
    const { least, most, mean, deviation } = await columnsOf(set);
    const standard = this.how.name === 'standardize';
    const spread = standard ? deviation : most.map((value, i) => value - least[i]);
    // Less than float32 can tell apart is no spread.
    const real = spread.map((value, i) => (value > 1e-7 * Math.max(Math.abs(least[i]), Math.abs(most[i])) ? value : 1));
    const wide = real.findIndex((value) => !Number.isFinite(Math.fround(value)));
    if (wide >= 0)
      throw new DataError(
        `${this.how.name}: column ${wide} goes from ${least[wide]} to ${most[wide]}, which is more than float32 can span`,
      );
    this.set({ shift: Float32Array.from(standard ? mean : least), spread: Float32Array.from(real) });
  }

  /** Records x' of x, [rows, features]. @throws LatentGpuError before the first fit */
  forward(tape: Tape, x: Tensor): Tensor {
    return normalize(tape, x, this.needFitted(), this.clamped);
  }

  /** Records x of x'. @throws LatentGpuError before the first fit */
  inverse(tape: Tape, y: Tensor): Tensor {
    return denormalize(tape, y, this.needFitted());
  }

  dispose(): void {
    this.#onDevice?.shift.dispose();
    this.#onDevice?.spread.dispose();
  }

  /** Fits it to something known; once, but for a device that has been lost. */
  set(fitted: Fitted): void {
    this.#fitted = fitted;
    const shift = tensor(this.gpu, fitted.shift);
    try {
      this.#onDevice = { shift, spread: tensor(this.gpu, fitted.spread) };
    } catch (error) {
      shift.dispose();
      throw error;
    }
  }

  /** @throws LatentGpuError before the first fit */
  needFitted(): Scaling {
    if (!this.#onDevice)
      throw new LatentGpuError(
        `${this.how.name}: it is fitted on the training data by the first \`fit\`, which has not been yet`,
      );
    if (this.#onDevice.shift.gone) this.set(this.#fitted!);
    return this.#onDevice;
  }
}
