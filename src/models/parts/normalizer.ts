import { columnsOf } from '../../data/columns.ts';
import type { Dataset } from '../../data/dataset.ts';
import { DataError, LatentGpuError } from '../../errors.ts';
import { denormalize, normalize, type Scaling } from '../../kernels/normalize.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Tape } from '../../runtime/tape.ts';
import { tensor, type Tensor } from '../../runtime/tensor.ts';
import type { Fitted, Normalize, Scales } from './normalize.ts';
import { written, type Part } from './part.ts';

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
