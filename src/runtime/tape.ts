import type { AnyShader, Binding, Shader } from '../../shaders/wgsl.ts';
import { LatentGpuError, ShapeError } from '../errors.ts';
import { checkGpu, type Gpu } from './device.ts';
import { shown } from './options.ts';
import type { Parameters } from './parameters.ts';
import type { Constants } from './pipelines.ts';
import { Tensor, type DType } from './tensor.ts';
import type { Choice } from './tune.ts';

/** One recorded call of a kernel. */
export interface Dispatch {
  readonly shader: AnyShader;
  /** In the order of the shader's storage buffers. */
  readonly tensors: readonly Tensor[];
  /** Values of its `override` constants and of its `sizes`. */
  readonly constants: Constants;
  readonly workgroups: number;
  /** Other shaders that do the same; of these, `shader` is only the first. */
  readonly choice?: Choice;
}

/** How large a dispatch is: the shader's constants, and how many invocations or workgroups. */
export interface Size {
  /** Values of the shader's `override` constants and of the members of its `sizes`. */
  constants?: Constants;
  /** Invocations, in workgroups of 64; or */
  threads?: number;
  /** workgroups. */
  workgroups?: number;
  /** How many dispatches share the work: each has as many invocations, and the shader's size `slice` tells it which it is. */
  slices?: number;
  /** Other shaders for the same tensors and constants, with workgroups of their own. */
  choice?: Choice;
}

/**
 * How a consumer of y = f(z) may hand back its gradient: times f′(saved) straight into dz, with no dy in between.
 * `activation` is a name of the kernels' own; the tape only passes it on.
 */
export interface Fold {
  readonly activation: string;
  readonly saved: Tensor;
  readonly preactivation: Tensor;
}

/** What a loss counts: a number, or a tensor [steps] with a number for each step of a run. */
export type Coefficient = number | Tensor;

/** A loss to differentiate from: its sums, and what it counts. Default 1. */
export interface Source {
  readonly sums: Tensor;
  readonly coefficient?: Coefficient;
}

/**
 * Records dispatches and gradient rules. Nothing runs: a plan is made of what was recorded.
 *
 * The first dispatch that writes a gradient assigns it, later ones add to it, through the shader's `add_<binding>` constant;
 * so no gradient is ever cleared.
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
  /** Losses whose dispatches have their place, but are not recorded yet. */
  readonly #pending: { at: number; sums: Tensor; record: (counts?: Coefficient) => void }[] = [];
  readonly #counts = new Map<Tensor, Coefficient>();
  /**
   * Records what a kernel has left undone of gradients, so that it can be one dispatch for several: before a dispatch that takes one of them, which it is
   * asked with the tensors, and at the end of `differentiate`.
   */
  finish?: (before?: readonly (Tensor | undefined)[]) => void;

  constructor(
    readonly gpu: Gpu,
    /** The parameters that get gradients; all if left out. */
    private readonly trains?: readonly Parameters[],
  ) {}

  /** A tensor that some dispatch of this tape will write. */
  tensor(shape: readonly number[], dtype: DType = 'f32', label = 'activation'): Tensor {
    return new Tensor(shape, dtype, label, { tape: this });
  }

  /** Whether something has been written to what is a gradient, so that the next dispatch adds to it; which counts as done. */
  adds(gradient: Tensor): boolean {
    const adds = this.#written.has(gradient);
    if (this.#isGradient.has(gradient)) this.#written.add(gradient);
    return adds;
  }

  /** Records a dispatch. Names must be those of the shader's bindings, which also say what is read and what is written. */
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
      if (!found) throw new LatentGpuError(`${shader.label}: nothing is bound to '${name}'`);
      if ('tape' in found.home && found.home.tape !== this)
        throw new LatentGpuError(`${shader.label}: '${name}' was recorded on another tape`);
      if ('gpu' in found.home && found.home.gpu !== this.gpu)
        throw new LatentGpuError(`${shader.label}: '${name}' lies on another Gpu than the tape's`);
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
    if (missing) throw new LatentGpuError(`${shader.label}: no value for the size '${missing.name}'`);
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

  /** Declares how the gradient flows on from `of`. The rule runs only if a gradient reached it. */
  backward(of: Tensor, rule: () => void): void {
    this.#rules.push({ of, rule });
  }

  /**
   * Records a loss. `record` writes `sums` and, where it is told a coefficient, adds that many times the gradient of the batch's mean to the gradients
   * of what the loss is made from. It is called once, when that is known: by `differentiate`, or when a plan is made of the tape.
   */
  loss(sums: Tensor, record: (counts?: Coefficient) => void): void {
    this.#pending.push({ at: this.dispatches.length, sums, record });
  }

  /** What a loss counts in what is differentiated; undefined where it does not. */
  counts(sums: Tensor): Coefficient | undefined {
    return this.#counts.get(sums);
  }

  /** Records all losses that are not recorded yet, each at its place. */
  settle(): void {
    const recorded = this.dispatches.splice(0);
    let from = 0;
    for (const { at, sums, record } of this.#pending.splice(0)) {
      this.dispatches.push(...recorded.slice(from, at));
      from = at;
      record(this.#counts.get(sums));
    }
    this.dispatches.push(...recorded.slice(from));
  }

  /** Records something that is not trained: no gradient flows into it. */
  constant<T>(record: () => T): T {
    const [rules, folds] = [this.#rules.length, this.#folds.size];
    const recorded = record();
    this.#rules.length = rules;
    // A fold would lead past it: what is handed back ends in a tensor that nobody asks for.
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

  /** Offers consumers of `y` to fold the slope of its activation into the gradient they hand back. */
  offerFold(y: Tensor, fold: Fold): void {
    this.#folds.set(y, fold);
  }

  /** The fold that was offered for `y`, if there is one. */
  fold(y: Tensor): Fold | undefined {
    return this.#folds.get(y);
  }

  /**
   * Replays the rules in reverse, from all losses, from those that are given, or from `dy`, the gradient of y, and losses beside it. It can be done once
   * with a tape. The results are `grad(x)` for whichever x they are wanted.
   */
  differentiate(): void;
  differentiate(losses: readonly Source[]): void;
  differentiate(y: Tensor, dy: Tensor, losses?: readonly Source[]): void;
  differentiate(from?: Tensor | readonly Source[], dy?: Tensor, beside: readonly Source[] = []): void {
    let losses = beside;
    if (from && 'size' in from) {
      if (!dy || dy.size !== from.size)
        throw new ShapeError(`differentiate: y is ${shown(from.shape)}, its gradient ${shown(dy?.shape)}`);
      this.#gradients.set(from, dy);
      this.#isGradient.add(dy);
      this.#written.add(dy);
    } else losses = from ?? this.#pending.map(({ sums }) => ({ sums }));
    for (const { sums, coefficient = 1 } of losses) this.#counts.set(sums, coefficient);
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
   * The parameters that get gradients. A parameter of another list lets gradients through to what came before, and gets none itself, as a
   * discriminator that is asked and not trained. Default: all.
   */
  trains?: readonly Parameters[];
}

/** Makes a tape, for kernels outside of a model. */
export function tape(gpu: Gpu, { trains }: TapeOptions = {}): Tape {
  checkGpu('tape', gpu);
  return new Tape(gpu, trains);
}
