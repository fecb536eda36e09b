import { trainedOn, type Dataset, type TrainedOn } from '../../data/dataset.ts';
import { Feed } from '../../data/feed.ts';
import { DivergedError } from '../../errors.ts';
import { momentCount, optimize, settingNames } from '../../kernels/optimizer.ts';
import { account, shuffle } from '../../kernels/step.ts';
import type { CommandPass } from '../../runtime/commands.ts';
import { compile, type Plan } from '../../runtime/plan.ts';
import { Schedule, type ScheduleHooks } from '../../runtime/schedule.ts';
import { makeState, noneBad, parseState, writeState } from '../../runtime/state.ts';
import { tape as makeTape } from '../../runtime/tape.ts';
import { emptyTensor, readTensors, writeTensor, type Tensor } from '../../runtime/tensor.ts';
import type { AnyLoss } from './losses.ts';
import { rateAt, settings, type Optimizer } from '../parts/optimizers.ts';
import { Pass } from './pass.ts';
import { gatherFrom } from './run.ts';
import type { Trainable } from './trainable.ts';

/** How far a model has been trained; a later fit goes on from here. */
export interface Place {
  step: number;
  epoch: number;
  /** Examples of the current epoch that are done. */
  position: number;
  /** The kind of epoch that position belongs to: examples, batch size, shuffled or not. */
  epochKind: string;
  optimizer?: Optimizer;
  /** The step at which its moments began, */
  origin: number;
  /** and the one from which its learning rate's schedule counts: it was given in that fit. */
  given: number;
  /** What was trained on last. */
  trainedOn?: TrainedOn;
  /** While steps are running, the device's own record, which is ahead of this one. */
  live?: Tensor;
}

/** With all keys of a file, so that these are always in one order. */
export const startPlace = (): Place => ({
  step: 0,
  epoch: 0,
  position: 0,
  epochKind: '',
  origin: 0,
  given: 0,
  optimizer: undefined,
  trainedOn: undefined,
});

export interface TrainerOptions {
  batch: number;
  optimizer: Optimizer;
  shuffled: boolean;
  frameBudgetMs?: number;
}

/** The device's side of one fit: the frozen step, the order of the examples, and the state that walks through them. */
export class Trainer<L extends AnyLoss> {
  readonly stepsPerEpoch: number;
  readonly #schedule: Schedule;
  /** The model's step at which this run began, and the one at which this fit did. */
  #began = 0;
  readonly #first: number;

  private constructor(
    private readonly model: Trainable<L, never>,
    private readonly options: TrainerOptions,
    private readonly data: Dataset,
    private readonly tensors: { state: Tensor; losses: Tensor; order: Tensor; settings: Tensor; timetable: Tensor },
    private readonly plans: { step: Plan; shuffle: Plan },
    private readonly feed: Feed | undefined,
  ) {
    this.stepsPerEpoch = tensors.losses.rows;
    this.#first = model.place.step;
    this.#schedule = new Schedule(model.host.gpu, options.frameBudgetMs);
  }

  static async make<L extends AnyLoss>(
    model: Trainable<L, never>,
    data: Dataset,
    options: TrainerOptions,
  ): Promise<Trainer<L>> {
    const { place } = model;
    const { gpu, parameters } = model.host;
    const { batch, optimizer, shuffled } = options;
    const stepsPerEpoch = Math.ceil(data.length / batch);
    const gradients = parameters.gradients;
    const tensors = {
      state: makeState(gpu),
      losses: emptyTensor(gpu, [stepsPerEpoch, model.parts.length], 'f32', 'losses'),
      order: emptyTensor(gpu, [data.length], 'u32', 'order'),
      settings: emptyTensor(gpu, [settingNames.length], 'f32', 'settings'),
      timetable: emptyTensor(gpu, [stepsPerEpoch, 2], 'f32', 'timetable'),
    };
    const { state, losses, order, timetable } = tensors;
    const plans: Plan[] = [];
    let feed: Feed | undefined;
    // Until all that can be refused has been made, the model keeps the optimizer and the moments that it has.
    const another = place.optimizer?.kind !== optimizer.kind;
    let moments = another ? undefined : parameters.moments;
    try {
      feed = Feed.open('fit', data, batch);
      if (another) moments = parameters.makeMoments(momentCount(optimizer.kind));
      const step = makeTape(gpu);
      const parts = model.recordLoss(
        new Pass(step, 'train', state, timetable),
        gatherFrom(step, data, feed, state, batch, order),
      );
      step.differentiate();
      account(step, parts, state, losses, { gradients, timetable, clipNorm: optimizer.clipNorm });
      optimize(step, optimizer.kind, {
        values: parameters.values,
        gradients,
        moments,
        settings: tensors.settings,
        state,
      });
      const ordering = makeTape(gpu);
      shuffle(ordering, state, order, { shuffled, subset: data.order });
      for (const tape of [step, ordering]) plans.push(await compile(tape));
    } catch (error) {
      for (const each of [...Object.values(tensors), ...plans, feed, another ? moments : undefined]) each?.dispose();
      throw error;
    }
    parameters.useMoments(moments);
    if (another) place.origin = place.step;
    if (place.optimizer !== optimizer) place.given = place.step;
    place.optimizer = optimizer;
    place.trainedOn = trainedOn(data);
    const values = settings(optimizer);
    writeTensor(
      gpu,
      tensors.settings,
      settingNames.map((name) => values[name]),
    );
    const epochKind = `${data.length} by ${batch}, ${shuffled ? 'shuffled' : 'in order'}`;
    if (place.position && (place.epochKind !== epochKind || place.position >= data.length))
      Object.assign(place, { epoch: place.epoch + 1, position: 0 });
    place.epochKind = epochKind;
    return new Trainer(model, options, data, tensors, { step: plans[0], shuffle: plans[1] }, feed);
  }

  /** Steps until the epoch is through. */
  get stepsLeft(): number {
    return Math.ceil((this.data.length - this.model.place.position) / this.options.batch);
  }

  /**
   * Trains on up to `steps` batches of the current epoch and reads their losses back.
   * @throws DivergedError with the weights as they were before the step that went bad
   */
  async run(steps: number, hooks: ScheduleHooks): Promise<L[]> {
    const { seed, host, place } = this.model;
    const { gpu, turns } = host;
    await this.plans.step.tune();
    const begun = performance.now();
    const { step, epoch, position, origin } = place;
    this.#writeTimetable();
    writeState(gpu, this.tensors.state, {
      step,
      epoch,
      position,
      origin,
      examples: this.data.length,
      batch: this.options.batch,
      seed,
    });
    place.live = this.tensors.state;
    const {
      feed,
      options: { batch },
    } = this;
    const encode = (pass: CommandPass, i: number) =>
      (i === 0 && !feed ? this.plans.shuffle.encode(pass) : 0) + this.plans.step.encode(pass);
    let losses: L[];
    try {
      if (feed) {
        // Where this side brings the examples, it has to know their order.
        await this.plans.shuffle.run();
        const [order] = await readTensors(gpu, [this.tensors.order]);
        feed.begin(order as Uint32Array);
      }
      const stepsFrom = feed && ((i: number) => feed.stepsFrom(position + i * batch, batch));
      await this.#schedule.run(steps, encode, { ...hooks, stepsFrom, inTurn: (submit) => turns.take(submit) });
    } finally {
      losses = await this.#catchUp().finally(() => (place.live = undefined));
      gpu.tuner.earn(performance.now() - begun);
    }
    return losses;
  }

  /** The newest loss on the device. */
  async newestLoss(finishedSteps: number): Promise<number> {
    const [losses] = await readTensors(this.model.host.gpu, [this.tensors.losses]);
    return this.#lossesAt(losses as Float32Array, finishedSteps - 1).loss;
  }

  dispose(): void {
    for (const plan of Object.values(this.plans)) plan.dispose();
    for (const each of Object.values(this.tensors)) each.dispose();
    this.feed?.dispose();
  }

  /** Reads how far the device has come, and the losses on the way there: the epoch's one readback. */
  async #catchUp(): Promise<L[]> {
    const { host, place } = this.model;
    const [losses, words] = await readTensors(host.gpu, [this.tensors.losses, this.tensors.state]);
    const { step, epoch, position, slot, bad } = parseState(words);
    Object.assign(place, { step, epoch, position });
    if (bad !== noneBad) {
      const tensor = bad === 0 ? 'loss' : `${host.parameters.nameAt(bad - 1)}.grad`;
      throw new DivergedError(step + 1, tensor, step === this.#first ? { advice: this.#adviceBeforeUpdates() } : {});
    }
    return Array.from({ length: slot }, (_, i) => this.#lossesAt(losses as Float32Array, i));
  }

  /** Where no update of this fit has been made yet, no learning rate helps. */
  #adviceBeforeUpdates(): string {
    const { normalized } = this.model;
    const { least, most } = this.data.storage.range;
    const largest = Math.max(-least, most);
    const help =
      largest > 10 && !normalized
        ? `bring it near 1 with \`scale\` in dataset()${normalized === false ? ', or with `normalize` in the model' : ''}`
        : 'the weights it starts from, or the factors of its penalties, are too large';
    return `no update of this fit has been made, so its learning rate is not the cause: the data's largest absolute value is ${Number(largest.toPrecision(4))}; ${help}`;
  }

  /** What each of the coming steps uses: nothing on the device knows of schedules. */
  #writeTimetable(): void {
    const { place, host } = this.model;
    const { optimizer } = this.options;
    this.#began = place.step;
    const rows = Array.from({ length: this.stepsPerEpoch }, (_, i) => [
      rateAt(optimizer, place.step - place.given + i),
      this.model.betaAt(place.step + i),
    ]);
    writeTensor(host.gpu, this.tensors.timetable, rows.flat());
  }

  #lossesAt(values: Float32Array, i: number): L {
    const count = this.model.parts.length;
    return this.model.losses(values.subarray(i * count, (i + 1) * count), this.#began + i);
  }
}
