import type { Dataset } from '../data/dataset.ts';
import { DivergedError } from '../errors.ts';
import { momentCount, optimize, settingNames } from '../kernels/optimizer.ts';
import { account, shuffle } from '../kernels/step.ts';
import { compile, type Plan } from '../runtime/plan.ts';
import { Schedule, type ScheduleHooks } from '../runtime/schedule.ts';
import { makeState, noneBad, parseState, writeState } from '../runtime/state.ts';
import { tape as makeTape, type Tape } from '../runtime/tape.ts';
import { emptyTensor, readTensors, writeTensor, type Tensor } from '../runtime/tensor.ts';
import type { Host } from './network.ts';
import { settings, type Optimizer } from './optimizers.ts';
import { gatherFrom } from './run.ts';

/** How far a model has been trained; a later fit goes on from here. */
export interface Place {
  step: number;
  epoch: number;
  /** Examples of the current epoch that are done. */
  position: number;
  /** The kind of epoch that position belongs to: examples, batch size, shuffled or not. */
  epochKind: string;
  optimizer?: Optimizer;
  /** The step at which that optimizer began. */
  origin: number;
}

export const startPlace = (): Place => ({ step: 0, epoch: 0, position: 0, epochKind: '', origin: 0 });

export interface TrainerOptions {
  batch: number;
  optimizer: Optimizer;
  shuffled: boolean;
  seed: number;
  frameBudgetMs?: number;
}

/** The device's side of one fit: the frozen step, the order of the examples, and the state that walks through them. */
export class Trainer {
  readonly stepsPerEpoch: number;
  readonly #schedule: Schedule;

  private constructor(
    private readonly host: Host,
    private readonly place: Place,
    private readonly options: TrainerOptions,
    private readonly examples: number,
    private readonly tensors: { state: Tensor; losses: Tensor; order: Tensor; settings: Tensor },
    private readonly plans: { step: Plan; shuffle: Plan },
  ) {
    this.stepsPerEpoch = tensors.losses.size;
    this.#schedule = new Schedule(host.gpu, options.frameBudgetMs);
  }

  /** `recordLoss` records the model on a batch and its loss with the gradient, and returns the loss's sums. */
  static async make(host: Host, place: Place, data: Dataset, options: TrainerOptions, recordLoss: (tape: Tape, x: Tensor, state: Tensor) => Tensor): Promise<Trainer> {
    const { gpu, parameters } = host;
    const { batch, optimizer, shuffled } = options;
    const stepsPerEpoch = Math.ceil(data.length / batch);
    const gradients = parameters.gradients;
    if (place.optimizer?.kind !== optimizer.kind) {
      parameters.resetMoments(momentCount(optimizer.kind));
      place.origin = place.step;
    }
    place.optimizer = optimizer;
    const tensors = {
      state: makeState(gpu),
      losses: emptyTensor(gpu, [stepsPerEpoch], 'f32', 'losses'),
      order: emptyTensor(gpu, [data.length], 'u32', 'order'),
      settings: emptyTensor(gpu, [settingNames.length], 'f32', 'settings'),
    };
    const { state, losses, order } = tensors;
    const plans: Plan[] = [];
    try {
      const step = makeTape(gpu);
      const sums = recordLoss(step, gatherFrom(step, data, state, batch, order), state);
      step.differentiate();
      account(step, sums, state, losses, gradients);
      optimize(step, optimizer.kind, { values: parameters.values, gradients, moments: parameters.moments, settings: tensors.settings, state });
      const ordering = makeTape(gpu);
      shuffle(ordering, state, order, { shuffled, subset: data.order });
      for (const tape of [step, ordering]) plans.push(await compile(tape));
    } catch (error) {
      for (const each of [...Object.values(tensors), ...plans]) each.dispose();
      throw error;
    }
    const values = settings(optimizer);
    writeTensor(gpu, tensors.settings, settingNames.map((name) => values[name]));
    const epochKind = `${data.length} by ${batch}, ${shuffled ? 'shuffled' : 'in order'}`;
    if (place.epochKind !== epochKind && place.position) Object.assign(place, { epoch: place.epoch + 1, position: 0 });
    place.epochKind = epochKind;
    return new Trainer(host, place, options, data.length, tensors, { step: plans[0], shuffle: plans[1] });
  }

  /** Steps until the epoch is through. */
  get stepsLeft(): number {
    return Math.ceil((this.examples - this.place.position) / this.options.batch);
  }

  /**
   * Trains on up to `steps` batches of the current epoch and reads their losses back.
   * @throws DivergedError with the weights as they were before the step that went bad
   */
  async run(steps: number, hooks: ScheduleHooks): Promise<Float32Array> {
    const { gpu, turns } = this.host;
    const { step, epoch, position, origin } = this.place;
    writeState(gpu, this.tensors.state, { step, epoch, position, origin, examples: this.examples, batch: this.options.batch, seed: this.options.seed });
    const encode = (pass: GPUComputePassEncoder, i: number) => (i === 0 ? this.plans.shuffle.encode(pass) : 0) + this.plans.step.encode(pass);
    let losses: Float32Array;
    try {
      await this.#schedule.run(steps, encode, { ...hooks, inTurn: (submit) => turns.take(submit) });
    } finally {
      losses = await this.#catchUp();
    }
    return losses;
  }

  /** The newest loss on the device. */
  async newestLoss(finishedSteps: number): Promise<number> {
    const [losses] = await readTensors(this.host.gpu, [this.tensors.losses]);
    return losses[finishedSteps - 1];
  }

  dispose(): void {
    for (const plan of Object.values(this.plans)) plan.dispose();
    for (const each of Object.values(this.tensors)) each.dispose();
  }

  /** Reads how far the device has come, and the losses on the way there: the epoch's one readback. */
  async #catchUp(): Promise<Float32Array> {
    const [losses, words] = await readTensors(this.host.gpu, [this.tensors.losses, this.tensors.state]);
    const { step, epoch, position, slot, bad } = parseState(words);
    Object.assign(this.place, { step, epoch, position });
    if (bad !== noneBad) throw new DivergedError(step + 1, bad === 0 ? 'loss' : `${this.host.parameters.nameAt(bad - 1)}.grad`);
    return (losses as Float32Array).subarray(0, slot);
  }
}
