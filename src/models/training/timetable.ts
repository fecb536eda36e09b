import type { Gpu } from '../../runtime/device.ts';
import { boundRange, emptyTensor, type Tensor } from '../../runtime/tensor.ts';

/** Numbers that change from step to step, computed on the host from schedules and stored on the device. */
export class Timetable {
  readonly #columns: { tensor: Tensor; width: number; at: (step: number) => readonly number[] }[] = [];

  constructor(
    private readonly gpu: Gpu,
    /** The most steps that are prepared together. */
    private readonly steps: number,
  ) {}

  /** Makes a column, [steps] or [steps, width], of numbers that depend on the model's step. */
  column(name: string, width: number, at: (step: number) => readonly number[]): Tensor {
    const tensor = emptyTensor(this.gpu, width === 1 ? [this.steps] : [this.steps, width], 'f32', `${name} by step`);
    this.#columns.push({ tensor, width, at });
    return tensor;
  }

  /** Fills all columns for `steps` steps from step `startStep` of the model on. */
  write(startStep: number, steps: number): void {
    for (const { tensor, width, at } of this.#columns) {
      const values = new Float32Array(steps * width);
      for (let i = 0; i < steps; i++) values.set(at(startStep + i), i * width);
      const { buffer, offset } = boundRange(tensor);
      this.gpu.device.queue.writeBuffer(buffer, offset, values);
    }
  }

  dispose(): void {
    for (const { tensor } of this.#columns) tensor.dispose();
  }
}
