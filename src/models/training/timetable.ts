import type { Gpu } from '../../runtime/device.ts';
import { emptyTensor, writeTensor, type Tensor } from '../../runtime/tensor.ts';

/** Numbers that change from step to step, as the device reads them: nothing there knows of schedules. */
export class Timetable {
  readonly #columns: { tensor: Tensor; at: (step: number) => readonly number[] }[] = [];

  constructor(
    private readonly gpu: Gpu,
    /** The most steps of one run. */
    private readonly steps: number,
  ) {}

  /** Makes a column, [steps] or [steps, width], of numbers that follow from the model's step. */
  column(name: string, width: number, at: (step: number) => readonly number[]): Tensor {
    const tensor = emptyTensor(this.gpu, width === 1 ? [this.steps] : [this.steps, width], 'f32', `${name} by step`);
    this.#columns.push({ tensor, at });
    return tensor;
  }

  /** Fills all columns in for a run that starts at that step. */
  write(first: number): void {
    for (const { tensor, at } of this.#columns)
      writeTensor(this.gpu, tensor, Array.from({ length: this.steps }, (_, i) => at(first + i)).flat());
  }

  dispose(): void {
    for (const { tensor } of this.#columns) tensor.dispose();
  }
}
