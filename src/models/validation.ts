import type { Dataset } from '../data/dataset.ts';
import { boundRange, emptyTensor, type Tensor } from '../runtime/tensor.ts';
import type { FitOptions } from './fit-options.ts';
import type { AnyLoss } from './losses.ts';
import { Evaluation } from './run.ts';
import type { Trainable } from './trainable.ts';

/** The loss on data held back, the best weights so far, and patience. */
export class Validation<L extends AnyLoss> {
  bestEpoch: number | undefined;
  #bestLoss = Infinity;

  private constructor(
    private readonly model: Trainable<L, never>,
    private readonly evaluation: Evaluation<L>,
    private readonly best: Tensor | undefined,
    private readonly patience: number,
    private readonly minDelta: number,
  ) {}

  static async make<L extends AnyLoss>(
    model: Trainable<L, never>,
    data: Dataset,
    { patience, minDelta = 0, restoreBest = patience !== undefined }: Pick<FitOptions, 'patience' | 'minDelta' | 'restoreBest'>,
  ): Promise<Validation<L>> {
    const evaluation = await Evaluation.make(model, data);
    const { gpu, parameters } = model.host;
    try {
      const best = restoreBest ? emptyTensor(gpu, parameters.values.shape, 'f32', 'best values') : undefined;
      return new Validation(model, evaluation, best, patience ?? Infinity, minDelta);
    } catch (error) {
      evaluation.dispose();
      throw error;
    }
  }

  async check(epoch: number): Promise<{ losses: L; best: boolean; outOfPatience: boolean }> {
    const losses = await this.evaluation.run();
    const best = losses.loss < this.#bestLoss - this.minDelta;
    if (best) {
      this.#bestLoss = losses.loss;
      this.bestEpoch = epoch;
      if (this.best) await this.#copy(this.model.host.parameters.values, this.best);
    }
    return { losses, best, outOfPatience: epoch - (this.bestEpoch ?? 0) >= Math.max(1, this.patience) };
  }

  /** Does nothing where that was not asked for, or no epoch has come to its end. */
  async restoreBest(): Promise<void> {
    if (this.best && this.bestEpoch !== undefined) await this.#copy(this.best, this.model.host.parameters.values);
  }

  dispose(): void {
    this.evaluation.dispose();
    this.best?.dispose();
  }

  #copy(from: Tensor, to: Tensor): Promise<void> {
    const { gpu, turns } = this.model.host;
    const copy = (encoder: GPUCommandEncoder) => {
      encoder.copyBufferToBuffer(boundRange(from).buffer, 0, boundRange(to).buffer, 0, from.bytes);
      return 0;
    };
    return turns.take(() => gpu.submit(copy));
  }
}
