import type { Gpu } from './device.ts';
import { boundRange, emptyTensor, readTensors, Tensor, writeTensor } from './tensor.ts';

/** Values of a parameter start on 256-byte bounds, where WebGPU lets a binding start. */
const alignment = 64;

export interface ParameterValues<Layout = unknown> {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Float32Array;
  /** Names of equal parts, one behind the other along the first side, by which it is known outside. */
  readonly parts?: readonly string[];
  /** Of it, or of each part: how it lies here, where it is known otherwise outside. The models' own. */
  readonly layout?: Layout;
}

/** Values and moments on this side. */
export interface Snapshot {
  readonly values: Float32Array;
  readonly moments?: Float32Array;
}

/** All weights of a model: one buffer of values; and from the first training on, one of gradients and one of the optimizer's moments. */
export class Parameters<Layout = unknown> {
  #values!: Tensor;
  /** As kernels take them. */
  readonly #tensors = new Map<string, Tensor>();
  /** As they are known outside. */
  readonly #named = new Map<string, Tensor>();
  readonly #layouts = new Map<string, Layout>();
  readonly #offsets = new Map<string, number>();
  #disposed = false;
  #gradients: Tensor | undefined;
  #moments: Tensor | undefined;

  readonly #shapes: readonly Pick<ParameterValues, 'name' | 'shape' | 'parts'>[];

  constructor(
    private readonly gpu: Gpu,
    specs: readonly ParameterValues<Layout>[],
  ) {
    this.#shapes = specs.map(({ name, shape, parts }) => ({ name, shape, parts }));
    let end = 0;
    for (const { name, shape, parts = [name], layout } of specs) {
      const size = shape.reduce((product, n) => product * n, 1);
      this.#offsets.set(name, end);
      parts.forEach((part, i) => this.#offsets.set(part, end + (i * size) / parts.length));
      if (layout) for (const part of parts) this.#layouts.set(part, layout);
      end += Math.ceil(size / alignment) * alignment;
    }
    const initial = new Float32Array(end);
    for (const spec of specs) initial.set(spec.initial, this.#offsets.get(spec.name));
    this.#place(initial);
  }

  /** Makes the buffer of values, and all tensors in it. */
  #place(values: Float32Array): void {
    this.#values = emptyTensor(this.gpu, [values.length], 'f32', 'values');
    writeTensor(this.gpu, this.#values, values);
    for (const { name, shape, parts = [name] } of this.#shapes) {
      const parameter = this.#part(this.values, name, shape);
      this.#tensors.set(name, parameter);
      const [first, ...rest] = shape;
      for (const part of parts)
        this.#named.set(
          part,
          part === name ? parameter : this.#part(this.values, part, [first / parts.length, ...rest]),
        );
    }
  }

  /** Everything that training cannot compute again, in one readback. */
  async snapshot(): Promise<Snapshot> {
    const [values, moments] = await readTensors(this.gpu, [this.values, ...(this.#moments ? [this.#moments] : [])]);
    return { values: values as Float32Array, moments: moments as Float32Array | undefined };
  }

  /** Makes everything anew, as it was when the snapshot was taken. */
  restore({ values, moments }: Snapshot): void {
    this.dispose();
    this.#disposed = false;
    this.#gradients = undefined;
    this.#place(values);
    this.resetMoments((moments?.length ?? 0) / values.length);
    if (moments) writeTensor(this.gpu, this.#moments!, moments);
  }

  get values(): Tensor {
    return this.#values;
  }

  get names(): string[] {
    return [...this.#named.keys()];
  }

  /** The weight of that name, to be read and written, as parts need not start where a binding may. */
  named(name: string): Tensor | undefined {
    return this.#named.get(name);
  }

  /** How the weight of that name lies, if not as it is known outside. */
  layout(name: string): Layout | undefined {
    return this.#layouts.get(name);
  }

  /** The tensors that kernels take, by name. */
  get entries(): [string, Tensor][] {
    return [...this.#tensors];
  }

  /** Whether there is a parameter of this name. */
  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** A tensor for kernels. */
  get(name: string): Tensor {
    const parameter = this.#tensors.get(name);
    if (!parameter) throw new Error(`there is no parameter ${name}`);
    return parameter;
  }

  /** Gradients of all parameters; made on first use. */
  get gradients(): Tensor {
    if (!this.#gradients) {
      this.#gradients = emptyTensor(this.gpu, this.values.shape, 'f32', 'gradients');
      for (const [name, parameter] of this.#tensors)
        parameter.gradient = this.#part(this.#gradients, name, parameter.shape);
    }
    return this.#gradients;
  }

  /** `count` zeroed moments for every value, in one buffer, or none. Replaces those there were. */
  resetMoments(count: number): Tensor | undefined {
    this.useMoments(this.makeMoments(count));
    return this.#moments;
  }

  /** The same, not used yet: until `useMoments` they are the caller's to free. */
  makeMoments(count: number): Tensor | undefined {
    return count ? emptyTensor(this.gpu, [count, this.values.size], 'f32', 'moments') : undefined;
  }

  /** Takes these moments in the place of those there were. */
  useMoments(moments: Tensor | undefined): void {
    if (moments !== this.#moments) this.#moments?.dispose();
    this.#moments = moments;
  }

  /** The optimizer's moments, if it has any. */
  get moments(): Tensor | undefined {
    return this.#moments;
  }

  /** Those of the weight of that name, to be read and written: one tensor for each moment there is. */
  momentsOf(name: string): Tensor[] {
    const moments = this.#moments;
    if (!moments) return [];
    return Array.from({ length: moments.shape[0] }, (_, i) =>
      this.#part(moments, name, this.#named.get(name)!.shape, i * this.values.size),
    );
  }

  /** The parameter whose gradient has this offset. */
  nameAt(offset: number): string {
    const [name] = [...this.#offsets].findLast(([, start]) => start <= offset) ?? [];
    if (!name) throw new Error(`no parameter at ${offset}`);
    return name;
  }

  /** Whether its owner has done with it. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Frees the values, gradients and moments on the device. */
  dispose(): void {
    this.#disposed = true;
    this.values.dispose();
    this.#gradients?.dispose();
    this.#moments?.dispose();
  }

  #part(whole: Tensor, name: string, shape: readonly number[], first = 0): Tensor {
    const range = { buffer: boundRange(whole).buffer, offset: (first + this.#offsets.get(name)!) * 4 };
    return new Tensor(shape, 'f32', whole === this.values ? name : `${name}.grad`, { gpu: this.gpu, range });
  }
}
