import type { Dataset } from '../../data/dataset.ts';
import { DataError } from '../../errors.ts';
import type { Scope } from '../../runtime/scope.ts';
import { boundRange, emptyTensor, writeTensor, type Tensor } from '../../runtime/tensor.ts';
import type { FitOptions } from './fit-options.ts';
import type { AnyLoss } from './losses.ts';
import { prepareEvaluation } from './evaluation.ts';
import type { Trainable } from './trainable.ts';

/**
 * Splits the validation part off by the model's seed, or uploads the given one. The scope owns the results.
 * @throws DataError where one part would be empty
 */
export async function splitOff<L extends AnyLoss, D>(
  scope: Scope,
  where: string,
  { seed, put }: Pick<Trainable<L, D>, 'seed' | 'put'>,
  all: Dataset,
  validation: D | number | undefined,
): Promise<{ training: Dataset; held?: Dataset }> {
  if (validation === undefined) return { training: all };
  if (typeof validation === 'number') {
    const kept = Math.round(all.length * (1 - validation));
    if (kept < 1 || kept >= all.length)
      throw new DataError(
        `${where}: a validation of ${validation} of ${all.length} examples leaves no example to ${kept < 1 ? 'train' : 'validate'} on; give more examples, or separate data as \`validation\``,
      );
    const [training, held] = all.split(1 - validation, { seed }).map((part) => scope.own(part));
    return { training, held };
  }
  return { training: all, held: scope.ownSet(await put(`${where}: validation`, validation)) };
}

/** The epoch with the lowest loss on the validation data. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  /** The weights of that epoch on the host, if they have been read back. */
  values?: Float32Array;
}

/** The last epoch whose loss fell by more than `minDelta`. */
export type Fallen = Pick<Best, 'epoch' | 'loss'>;

/** The loss on the validation data, the best weights so far, and patience. */
export class Validation<L extends AnyLoss> {
  private constructor(
    private readonly model: Trainable<L, never>,
    private readonly evaluate: () => Promise<L>,
    private readonly values: Tensor | undefined,
    private readonly patience: number,
    private readonly minDelta: number,
    public best: Best | undefined,
    public fallen: Fallen | undefined,
  ) {}

  static async make<L extends AnyLoss>(
    scope: Scope,
    model: Trainable<L, never>,
    data: Dataset,
    options: Pick<FitOptions, 'patience' | 'minDelta' | 'restoreBest'>,
    { best, fallen }: { best?: Best; fallen?: Fallen },
  ): Promise<Validation<L>> {
    const { patience, minDelta = 0, restoreBest = patience !== undefined } = options;
    const evaluate = await prepareEvaluation(scope, model, data);
    const { gpu, parameters } = model.owner;
    const values = restoreBest ? emptyTensor(gpu, parameters.values.shape, 'f32', 'best values') : undefined;
    scope.own(values);
    if (values && best?.values) writeTensor(gpu, values, best.values);
    return new Validation(model, evaluate, values, patience ?? Infinity, minDelta, best, fallen);
  }

  async check(epoch: number): Promise<{ losses: L; best: boolean; outOfPatience: boolean }> {
    const losses = await this.evaluate();
    const { loss } = losses;
    if (loss < (this.fallen?.loss ?? Infinity) - this.minDelta) this.fallen = { epoch, loss };
    const best = loss < (this.best?.loss ?? Infinity);
    if (best) {
      if (this.values) await this.#copy(this.model.owner.parameters.values, this.values);
      this.best = { epoch, loss };
    }
    return { losses, best, outOfPatience: epoch - (this.fallen?.epoch ?? 0) >= Math.max(1, this.patience) };
  }

  /**
   * Restores the best weights; does nothing if that was not requested, no epoch has ended, or the model is disposed.
   */
  async restoreBest(): Promise<void> {
    if (this.values && this.best && !this.model.owner.parameters.disposed)
      await this.#copy(this.values, this.model.owner.parameters.values);
  }

  #copy(from: Tensor, to: Tensor): Promise<void> {
    const { gpu, turns } = this.model.owner;
    const copy = (encoder: GPUCommandEncoder) =>
      encoder.copyBufferToBuffer(boundRange(from).buffer, 0, boundRange(to).buffer, 0, from.bytes);
    return turns.take(() => gpu.submit(copy));
  }
}
