import type { Gpu } from './device.ts';
import { emptyTensor, Tensor, writeTensor } from './tensor.ts';

/** Values of a parameter start on 256-byte bounds, where WebGPU lets a binding start. */
const alignment = 64;

/** All weights of a model: one buffer of values; and from the first training on, one of gradients and one of the optimizer's moments. */
export class Parameters {
  readonly values: Tensor;
  readonly #tensors = new Map<string, Tensor>();
  readonly #offsets = new Map<string, number>();
  #gradients: Tensor | undefined;
  #moments: Tensor | undefined;

  constructor(
    private readonly gpu: Gpu,
    specs: readonly { name: string; shape: readonly number[]; initial: Float32Array }[],
  ) {
    let end = 0;
    for (const { name, shape } of specs) {
      this.#offsets.set(name, end);
      end += Math.ceil(shape.reduce((product, n) => product * n, 1) / alignment) * alignment;
    }
    this.values = emptyTensor(gpu, [end], 'f32', 'values');
    for (const { name, shape, initial } of specs) {
      const parameter = this.#part(this.values, name, shape);
      this.#tensors.set(name, parameter);
      writeTensor(gpu, parameter, initial);
    }
  }

  get names(): string[] {
    return [...this.#tensors.keys()];
  }

  get tensors(): Tensor[] {
    return [...this.#tensors.values()];
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  get(name: string): Tensor {
    const parameter = this.#tensors.get(name);
    if (!parameter) throw new Error(`there is no parameter ${name}`);
    return parameter;
  }

  /** Gradients of all parameters; made on first use. */
  get gradients(): Tensor {
    if (!this.#gradients) {
      this.#gradients = emptyTensor(this.gpu, this.values.shape, 'f32', 'gradients');
      for (const [name, parameter] of this.#tensors) parameter.gradient = this.#part(this.#gradients, name, parameter.shape);
    }
    return this.#gradients;
  }

  /** `count` zeroed moments for every value, in one buffer, or none. Replaces those there were. */
  resetMoments(count: number): Tensor | undefined {
    // The old ones go only when the new ones are there.
    const moments = count ? emptyTensor(this.gpu, [count, this.values.size], 'f32', 'moments') : undefined;
    this.#moments?.dispose();
    this.#moments = moments;
    return this.#moments;
  }

  /** The optimizer's moments, if it has any. */
  get moments(): Tensor | undefined {
    return this.#moments;
  }

  /** The parameter whose gradient has this offset. */
  nameAt(offset: number): string {
    const [name] = [...this.#offsets].findLast(([, start]) => start <= offset) ?? [];
    if (!name) throw new Error(`no parameter at ${offset}`);
    return name;
  }

  dispose(): void {
    this.values.dispose();
    this.#gradients?.dispose();
    this.#moments?.dispose();
  }

  #part(whole: Tensor, name: string, shape: readonly number[]): Tensor {
    if (!('range' in whole.home)) throw new Error('parameters live in buffers of their own');
    const range = { buffer: whole.home.range.buffer, offset: this.#offsets.get(name)! * 4 };
    return new Tensor(shape, 'f32', whole === this.values ? name : `${name}.grad`, { gpu: this.gpu, range });
  }
}
