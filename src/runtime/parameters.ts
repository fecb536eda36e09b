import { OptionError } from '../errors.ts';
import type { Gpu } from './device.ts';
import { boundRange, emptyTensor, readTensors, sizeOf, Tensor, writeTensor } from './tensor.ts';

/** The alignment of a parameter's first value, as WebGPU requires it of bindings: 256 bytes. */
const alignment = 64;

/**
 * The purpose of a parameter. Weight decay applies to weights alone. A buffer, such as a running mean, is saved and
 * restored like the others, but no optimizer changes it.
 */
export type Role = 'weight' | 'bias' | 'gain' | 'buffer';

/** A parameter to make: its name, shape and first values. */
export interface ParameterValues<Layout = unknown> {
  /** The name. */
  readonly name: string;
  /** The purpose of the parameter. Default `'weight'`. */
  readonly role?: Role;
  /** The shape. */
  readonly shape: readonly number[];
  /** The first values. */
  readonly initial: Float32Array;
  /** The names outside of equal parts of it, concatenated along the first side. */
  readonly parts?: readonly string[];
  /** The layout on the device of it, or of each part, if it is another one outside. Only models use it. */
  readonly layout?: Layout;
}

/**
 * A parameter, or a part of one, by its name outside. A part may start where no binding may: it is only read and
 * written.
 */
export interface NamedParameter<Layout = unknown> {
  /** The name outside. */
  readonly name: string;
  /** The tensor on the device. */
  readonly tensor: Tensor;
  /** The index of its first value among those of all parameters. */
  readonly first: number;
  /** The layout on the device, if it is another one outside. */
  readonly layout?: Layout;
}

/** Values and moments on the host. */
export interface Snapshot {
  readonly values: Float32Array;
  readonly moments?: Float32Array;
}

/** The position of a parameter among the values. */
interface Place<Layout> extends Omit<ParameterValues<Layout>, 'initial'> {
  readonly first: number;
}

/**
 * The parameters of a model in one buffer. From the first training on, it has a buffer of gradients and one of the
 * optimizer's moments beside it.
 */
export class Parameters<Layout = unknown> {
  readonly #places: readonly Place<Layout>[];
  /** The number of values that an optimizer changes. The buffers follow them. */
  readonly #trained: number;
  #values!: Tensor;
  /** The tensors as kernels use them. */
  readonly #tensors = new Map<string, Tensor>();
  /** The parameters by their names outside. */
  readonly #named = new Map<string, NamedParameter<Layout>>();
  #disposed = false;
  #gradients: Tensor | undefined;
  #moments: Tensor | undefined;

  constructor(
    private readonly gpu: Gpu,
    specs: readonly ParameterValues<Layout>[],
  ) {
    const isBuffer = ({ role }: ParameterValues<Layout>) => role === 'buffer';
    const ordered = [...specs.filter((spec) => !isBuffer(spec)), ...specs.filter(isBuffer)];
    let end = 0;
    let trained = 0;
    this.#places = ordered.map((spec) => {
      const first = end;
      end += Math.ceil(sizeOf(spec.shape) / alignment) * alignment;
      if (!isBuffer(spec)) trained = end;
      const { name, role, shape, parts, layout } = spec;
      return { name, role, shape, parts, layout, first };
    });
    this.#trained = trained;
    const values = new Float32Array(end);
    ordered.forEach(({ initial }, i) => values.set(initial, this.#places[i].first));
    this.#fill(values);
  }

  /** Makes the buffer of values, and all tensors in it. */
  #fill(values: Float32Array): void {
    this.#values = emptyTensor(this.gpu, [values.length], 'f32', 'values');
    writeTensor(this.gpu, this.#values, values);
    for (const place of this.#places) {
      const { name, shape, layout, first, parts = [name] } = place;
      this.#tensors.set(name, this.#view(this.#values, name, shape, first));
      const [rows, ...rest] = shape;
      const size = sizeOf(shape) / parts.length;
      parts.forEach((part, i) => {
        const at = first + i * size;
        const tensor =
          part === name ? this.get(name) : this.#view(this.#values, part, [rows / parts.length, ...rest], at);
        this.#named.set(part, { name: part, tensor, first: at, layout });
      });
    }
  }

  /** Reads back everything that training cannot compute again, in one readback. */
  async snapshot(): Promise<Snapshot> {
    const [values, moments] = await readTensors(this.gpu, [this.values, ...(this.#moments ? [this.#moments] : [])]);
    return { values: values as Float32Array, moments: moments as Float32Array | undefined };
  }

  /** Restores everything as it was when the snapshot was taken. */
  restore({ values, moments }: Snapshot): void {
    this.dispose();
    this.#disposed = false;
    this.#gradients = undefined;
    this.#fill(values);
    this.resetMoments((moments?.length ?? 0) / this.#trained);
    if (moments) writeTensor(this.gpu, this.#moments!, moments);
  }

  get values(): Tensor {
    return this.#values;
  }

  /** All parameters by their names outside. */
  get named(): NamedParameter<Layout>[] {
    return [...this.#named.values()];
  }

  /** The parameter with this name outside. */
  find(name: string): NamedParameter<Layout> | undefined {
    return this.#named.get(name);
  }

  /** The tensors that kernels use, by name. */
  get entries(): [string, Tensor][] {
    return [...this.#tensors];
  }

  /** The tensors of this role that kernels use. */
  withRole(wanted: Role): Tensor[] {
    return this.#places.flatMap(({ name, role = 'weight' }) => (role === wanted ? [this.get(name)] : []));
  }

  /** Whether there is a parameter of this name. */
  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** The tensor of this name that kernels use. @throws OptionError where a part asks for one that no part lists */
  get(name: string): Tensor {
    const parameter = this.#tensors.get(name);
    if (!parameter) throw new OptionError(`there is no parameter ${name}: a penalty's check() can refuse the layer`);
    return parameter;
  }

  /** Whether kernels use the tensor and an optimizer changes it. */
  trains(tensor: Tensor): boolean {
    return tensor.gradient !== undefined && this.#tensors.get(tensor.label) === tensor;
  }

  /** The gradients of all parameters but the buffers. They are made on first use. */
  get gradients(): Tensor {
    if (!this.#gradients) {
      this.#gradients = emptyTensor(this.gpu, [this.#trained], 'f32', 'gradients');
      for (const { name, role, shape, first } of this.#places)
        if (role !== 'buffer') this.get(name).gradient = this.#view(this.#gradients, `${name}.grad`, shape, first);
    }
    return this.#gradients;
  }

  /** Replaces the moments by `count` zeros for every trained value, in one buffer. */
  resetMoments(count: number): Tensor | undefined {
    this.useMoments(this.makeMoments(count));
    return this.#moments;
  }

  /** Makes `count` zeros for every trained value. Until `useMoments` takes them, the caller has to free them. */
  makeMoments(count: number): Tensor | undefined {
    return count ? emptyTensor(this.gpu, [count, this.#trained], 'f32', 'moments') : undefined;
  }

  /** Replaces the moments. */
  useMoments(moments: Tensor | undefined): void {
    if (moments !== this.#moments) this.#moments?.dispose();
    this.#moments = moments;
  }

  /** The optimizer's moments, if there are any. */
  get moments(): Tensor | undefined {
    return this.#moments;
  }

  /** The moments of the parameter with this name outside, one tensor for each moment; a buffer has no moments. */
  momentsOf(name: string): Tensor[] {
    const moments = this.#moments;
    const { tensor, first } = this.#named.get(name)!;
    if (!moments || first >= this.#trained) return [];
    return Array.from({ length: moments.shape[0] }, (_, i) =>
      this.#view(moments, `${name}.moment`, tensor.shape, i * this.#trained + first),
    );
  }

  /** The name outside of the parameter whose gradient has this offset. */
  nameAt(offset: number): string {
    const found = this.named.findLast(({ first }) => first <= offset);
    if (!found) throw new Error(`no parameter at ${offset}`);
    return found.name;
  }

  /** Whether it has been disposed. */
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

  #view(whole: Tensor, label: string, shape: readonly number[], first: number): Tensor {
    return new Tensor(shape, 'f32', label, {
      gpu: this.gpu,
      range: { buffer: boundRange(whole).buffer, offset: first * 4 },
    });
  }
}
