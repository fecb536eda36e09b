import type { AnyShader, Binding, Shader } from '../../shaders/wgsl.ts';
import { LatentGpuError, ShapeError } from '../errors.ts';
import { checkGpu, type Gpu } from './device.ts';
import { shown } from './options.ts';
import type { Parameters } from './parameters.ts';
import type { Constants } from './pipelines.ts';
import { Tensor, type DType } from './tensor.ts';
import type { Choice } from './tune.ts';

/** A recorded call of a kernel. */
export interface Dispatch {
  readonly shader: AnyShader;
  /** The tensors in the order of the shader's storage buffers. */
  readonly tensors: readonly Tensor[];
  /** The values of the shader's `override` constants and of its `sizes`. */
  readonly constants: Constants;
  readonly workgroups: number;
  /** Other shaders that compute the same; `shader` is the first of these. */
  readonly choice?: Choice;
}

/** The size of a dispatch: the shader's constants, and the number of invocations or workgroups. */
export interface Size {
  /** The values of the shader's `override` constants and of the members of its `sizes`. */
  constants?: Constants;
  /** The number of invocations, rounded up to workgroups of 64. Give this or `workgroups`. */
  threads?: number;
  /** The number of workgroups. Give this or `threads`. */
  workgroups?: number;
  /**
   * The number of dispatches that share the work. Each has the full number of invocations, and its index as the
   * shader's size `slice`.
   */
  slices?: number;
  /** Other shaders for the same tensors and constants, each with its own number of workgroups. */
  choice?: Choice;
}

/**
 * How a consumer of y = f(z) may return its gradient: multiplied by f′(saved), straight into dz, without dy.
 * `activation` is a name of the kernels; the tape only passes it on.
 */
export interface Fold {
  readonly activation: string;
  readonly saved: Tensor;
  readonly preactivation: Tensor;
}

/** The weight of a loss: a number, or a tensor [steps] with a number for each step of a run. */
export type Coefficient = number | Tensor;

/** A loss to differentiate from. */
export interface Source {
  /** The partial sums of the loss, whose mean over the batch is differentiated. */
  readonly sums: Tensor;
  /** The weight of the loss. Default 1. */
  readonly coefficient?: Coefficient;
}

/**
 * Records dispatches and gradient rules. Nothing runs until a plan is made from the recording.
 *
 * The first dispatch that writes a gradient assigns it, later ones add to it, through the shader's `add_<binding>`
 * constant. So no gradient is ever cleared.
 */
export class Tape {
  readonly dispatches: Dispatch[] = [];
  /** Recorded tensors that must outlive the plan's run. */
  readonly kept = new Set<Tensor>();
  readonly #rules: { of: Tensor; rule: () => void }[] = [];
  readonly #gradients = new Map<Tensor, Tensor>();
  readonly #isGradient = new Set<Tensor>();
  readonly #written = new Set<Tensor>();
  readonly #folds = new Map<Tensor, Fold>();
  /** Losses that have their place among the dispatches, but are not recorded yet. */
  readonly #pending: { at: number; sums: Tensor; record: (coefficient?: Coefficient) => void }[] = [];
  readonly #coefficients = new Map<Tensor, Coefficient>();
  /**
   * Records gradients that a kernel has postponed, so that one dispatch serves several. It is called with the tensors
   * of each dispatch that may read one of them, and at the end of `differentiate`.
   */
  finish?: (before?: readonly (Tensor | undefined)[]) => void;

  constructor(
    readonly gpu: Gpu,
    /** The parameters that get gradients. Default: all. */
    private readonly trains?: readonly Parameters[],
  ) {}

  /** Makes a tensor that a dispatch of this tape will write. */
  tensor(shape: readonly number[], dtype: DType = 'f32', label = 'activation'): Tensor {
    return new Tensor(shape, dtype, label, { tape: this });
  }

  /**
   * Whether a gradient has been written before, so that the next dispatch has to add to it. The call counts as that
   * dispatch.
   */
  adds(gradient: Tensor): boolean {
    const adds = this.#written.has(gradient);
    if (this.#isGradient.has(gradient)) this.#written.add(gradient);
    return adds;
  }

  /**
   * Records a dispatch. The names must be those of the shader's bindings, which also say what is read and what is
   * written.
   */
  run<R extends string, O extends string = never>(
    shader: Shader<R, O>,
    tensors: Record<R, Tensor> & Partial<Record<O, Tensor>>,
    size: Size,
  ): void {
    const named = Object.entries(tensors as Record<string, Tensor | undefined>).filter(
      (entry) => entry[1] !== undefined,
    );
    const wrong = named.find(([name]) => !shader.bindings.some((binding) => binding.name === name));
    if (wrong) throw new LatentGpuError(`${shader.label} has no binding '${wrong[0]}'`);
    this.finish?.(Object.values(tensors));
    const constants: Record<string, number | boolean> = { ...size.constants };
    const known = new Set([...shader.overrides, ...shader.sizes.map(({ name }) => name)]);
    if (known.has('slice')) constants.slice = 0;
    const ordered = buffersOf(shader).map(({ name, access }) => {
      const found = (tensors as Record<string, Tensor | undefined>)[name];
      if (!found) throw new LatentGpuError(`${shader.label}: no tensor is bound to '${name}'`);
      if ('tape' in found.home && found.home.tape !== this)
        throw new LatentGpuError(`${shader.label}: '${name}' was recorded on another tape`);
      if ('gpu' in found.home && found.home.gpu !== this.gpu)
        throw new LatentGpuError(`${shader.label}: '${name}' is on another Gpu than the tape's`);
      if (access === 'read_write' && this.#isGradient.has(found)) {
        const adds = this.adds(found);
        if (known.has(`add_${name}`)) constants[`add_${name}`] = adds;
        else if (adds) throw new LatentGpuError(`${shader.label} cannot add to the gradient '${name}'`);
      }
      return found;
    });
    const unknown = Object.keys(constants).find((name) => !known.has(name));
    if (unknown) throw new LatentGpuError(`${shader.label} has no constant '${unknown}'`);
    const missing = shader.sizes.find(({ name }) => constants[name] === undefined && !name.startsWith('add_'));
    if (missing) throw new LatentGpuError(`${shader.label}: the constant '${missing.name}' has no value`);
    const workgroups = size.workgroups ?? Math.ceil((size.threads ?? 1) / 64);
    const { choice, slices = 1 } = size;
    for (let slice = 0; slice < slices; slice++)
      this.dispatches.push({
        shader,
        tensors: ordered,
        constants: slice ? { ...constants, slice } : constants,
        workgroups,
        choice,
      });
  }

  /** Declares how the gradient flows on from `of`. The rule runs only if a gradient reaches it. */
  backward(of: Tensor, rule: () => void): void {
    this.#rules.push({ of, rule });
  }

  /**
   * Records a loss. `record` writes `sums`; if it receives a coefficient, it also adds the gradient of the batch's
   * mean, times the coefficient, to the gradients of the loss's inputs. It is called once, when the coefficient is
   * known: by `differentiate`, or when a plan is made.
   */
  loss(sums: Tensor, record: (coefficient?: Coefficient) => void): void {
    this.#pending.push({ at: this.dispatches.length, sums, record });
  }

  /** Returns the coefficient that a loss counts with in the differentiated sum, or undefined if it does not count. */
  counts(sums: Tensor): Coefficient | undefined {
    return this.#coefficients.get(sums);
  }

  /** Records all postponed losses, each at its place. */
  settle(): void {
    const recorded = this.dispatches.splice(0);
    let from = 0;
    for (const { at, sums, record } of this.#pending.splice(0)) {
      this.dispatches.push(...recorded.slice(from, at));
      from = at;
      record(this.#coefficients.get(sums));
    }
    this.dispatches.push(...recorded.slice(from));
  }

  /**
   * Records operations through which no gradient flows back, so that their results are constants for what follows. They
   * are computed anew in each run.
   */
  constant<T>(record: () => T): T {
    const [rules, folds] = [this.#rules.length, this.#folds.size];
    const recorded = record();
    this.#rules.length = rules;
    // A fold would still pass gradients into these operations, so its target becomes a tensor that is not read.
    for (const [y, fold] of [...this.#folds].slice(folds))
      this.#folds.set(y, { ...fold, preactivation: this.tensor(fold.preactivation.shape) });
    return recorded;
  }

  /** The gradient of the loss with respect to x, of the same shape. */
  grad(x: Tensor): Tensor {
    let gradient = this.#gradients.get(x);
    if (!gradient) {
      const wanted = !this.trains || this.trains.some((parameters) => parameters.trains(x));
      gradient = (wanted && x.gradient) || this.tensor(x.shape, 'f32', `${x.label}.grad`);
      this.#gradients.set(x, gradient);
      this.#isGradient.add(gradient);
    }
    return gradient;
  }

  /** Lets consumers of `y` fold the slope of its activation into the gradient that they return. */
  offerFold(y: Tensor, fold: Fold): void {
    this.#folds.set(y, fold);
  }

  /** The fold that was offered for `y`, if there is one. */
  fold(y: Tensor): Fold | undefined {
    return this.#folds.get(y);
  }

  /**
   * Replays the rules in reverse: from all losses, from the given ones, or from `dy`, the gradient of y, and losses
   * beside it. A tape can do it once. `grad(x)` then gives the gradient of any x.
   */
  differentiate(): void;
  differentiate(losses: readonly Source[]): void;
  differentiate(y: Tensor, dy: Tensor, losses?: readonly Source[]): void;
  differentiate(from?: Tensor | readonly Source[], dy?: Tensor, others: readonly Source[] = []): void {
    let losses = others;
    if (from && 'size' in from) {
      if (!dy || dy.size !== from.size)
        throw new ShapeError(`differentiate: y is ${shown(from.shape)}, its gradient ${shown(dy?.shape)}`);
      this.#gradients.set(from, dy);
      this.#isGradient.add(dy);
      this.#written.add(dy);
    } else losses = from ?? this.#pending.map(({ sums }) => ({ sums }));
    for (const { sums, coefficient = 1 } of losses) this.#coefficients.set(sums, coefficient);
    this.settle();
    for (const { of, rule } of this.#rules.splice(0).reverse()) {
      const gradient = this.#gradients.get(of);
      if (gradient && this.#written.has(gradient)) rule();
    }
    this.finish?.();
  }

  /** Keeps a recorded tensor readable after the plan has run. */
  keep(...tensors: Tensor[]): void {
    for (const tensor of tensors) this.kept.add(tensor);
  }
}

/** The bindings that hold tensors. */
export const buffersOf = (shader: AnyShader): readonly Binding[] =>
  shader.bindings.filter(({ access }) => access !== 'uniform');

/** Options of `tape`. */
export interface TapeOptions {
  /**
   * The parameters that get gradients. Other parameters pass gradients on and get none, such as those of a
   * discriminator that is used but not trained. Default: all.
   */
  trains?: readonly Parameters[];
}

/** Makes a tape, for kernels outside of a model. */
export function tape(gpu: Gpu, { trains }: TapeOptions = {}): Tape {
  checkGpu('tape', gpu);
  return new Tape(gpu, trains);
}
