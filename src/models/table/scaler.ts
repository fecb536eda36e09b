import type { Dataset } from '../../data/dataset.ts';
import { LatentGpuError } from '../../errors.ts';
import { decodedCells, scaled } from '../../kernels/cells.ts';
import { blankCell } from '../../runtime/blank.ts';
import type { Gpu } from '../../runtime/device.ts';
import { inSpells } from '../../runtime/pace.ts';
import type { Tape } from '../../runtime/tape.ts';
import { tensor, type Tensor } from '../../runtime/tensor.ts';
import type { Scales } from '../parts/normalize.ts';
import type { Schema } from './schema.ts';

/** The shift and the divisor of each column; they are 0 and 1 for categories. */
export interface FittedCells {
  readonly shift: Float64Array;
  readonly spread: Float64Array;
}

/** The number of rows processed between two checks of the clock. */
const stretch = 2 ** 11;

/** Brings the numbers of a table to mean 0 and deviation 1 on the training data, column by column, without blanks. */
export class CellScaler implements Scales {
  #fitted: FittedCells | undefined;
  #onDevice: { shift: Tensor; spread: Tensor } | undefined;

  constructor(
    private readonly gpu: Gpu,
    private readonly schema: Schema,
  ) {}

  /** Whether the scales are known. */
  get fitted(): boolean {
    return this.#fitted !== undefined;
  }

  /** Fits it in the first call, and returns a function that undoes this; later calls do nothing. */
  async fit(set: Dataset): Promise<(() => void) | undefined> {
    if (this.#fitted) return undefined;
    const cells = await set.storage.again();
    const { columns } = this.schema;
    const width = columns.length;
    const [counts, means, squares] = Array.from({ length: 3 }, () => new Float64Array(width));
    for await (const first of inSpells(set.length, stretch)) {
      for (let i = first; i < Math.min(set.length, first + stretch); i++) {
        const start = (set.rows?.[i] ?? i) * width;
        for (let c = 0; c < width; c++) {
          const value = cells[start + c];
          if (value >= blankCell) continue;
          // Welford's method (1962) needs no second pass, and loses no digits.
          const off = value - means[c];
          means[c] += off / ++counts[c];
          squares[c] += off * (value - means[c]);
        }
      }
    }
    const numbers = columns.map(({ kind }) => kind !== 'category');
    this.set({
      shift: means.map((mean, c) => (numbers[c] ? mean : 0)),
      // A column with one value, or with blanks alone, becomes 0.
      spread: squares.map((sum, c) => (numbers[c] && sum > 0 ? Math.sqrt(sum / counts[c]) : 1)),
    });
    return () => {
      this.dispose();
      this.#fitted = this.#onDevice = undefined;
    };
  }

  /** Sets the fitted values. */
  set(fitted: FittedCells): void {
    const shift = tensor(this.gpu, Float32Array.from(fitted.shift));
    try {
      this.#onDevice = { shift, spread: tensor(this.gpu, Float32Array.from(fitted.spread)) };
    } catch (error) {
      shift.dispose();
      throw error;
    }
    this.#fitted = fitted;
  }

  /** Records cells as the layers see them. @throws LatentGpuError before the first fit */
  forward(tape: Tape, x: Tensor): Tensor {
    const { shift, spread } = this.#needed();
    return scaled(tape, x, shift, spread);
  }

  /**
   * Records the cells for outputs, with numbers in the units of the layers; `inUnits` converts them to the units of the
   * table.
   */
  inverse(tape: Tape, y: Tensor): Tensor {
    return decodedCells(tape, y, this.schema.layout);
  }

  /**
   * Converts a number of column `c` from the units of the layers to those of the table.
   * @throws LatentGpuError before the first fit
   */
  inUnits(c: number, value: number): number {
    this.#needed();
    const { shift, spread } = this.#fitted!;
    const { center, unit } = this.schema.cells![c];
    return center + unit * (shift[c] + spread[c] * value);
  }

  /** Returns the scales as plain data; `loadTable` reads them back. */
  describe(): { shift: number[]; spread: number[] } | undefined {
    const { shift, spread } = this.#fitted ?? {};
    return shift && { shift: [...shift], spread: [...spread!] };
  }

  /** Returns the fitted values. @throws LatentGpuError before the first fit */
  needFitted(): FittedCells {
    this.#needed();
    return this.#fitted!;
  }

  dispose(): void {
    for (const each of Object.values(this.#onDevice ?? {})) each.dispose();
  }

  #needed(): { shift: Tensor; spread: Tensor } {
    if (!this.#onDevice)
      throw new LatentGpuError(
        'the model is not fitted yet: the first fit() learns how the columns of the table are scaled: call fit() first',
      );
    if (this.#onDevice.shift.gone) this.set(this.#fitted!);
    return this.#onDevice;
  }
}
