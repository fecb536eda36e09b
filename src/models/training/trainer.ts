import { trainedOn, type Dataset } from '../../data/dataset.ts';
import { Feed } from '../../data/feed.ts';
import { shuffle } from '../../kernels/step.ts';
import type { CommandPass } from '../../runtime/commands.ts';
import { compile, type Plan } from '../../runtime/plan.ts';
import { Schedule, type ScheduleHooks } from '../../runtime/schedule.ts';
import type { Scope } from '../../runtime/scope.ts';
import { makeState, noneBad, parseState, writeState } from '../../runtime/state.ts';
import { tape as makeTape, type Tape } from '../../runtime/tape.ts';
import { emptyTensor, readTensors, type Tensor } from '../../runtime/tensor.ts';
import type { Tuning } from '../../runtime/tune.ts';
import { adam, type Optimizer } from '../parts/optimizers.ts';
import { gatherFrom } from './batches.ts';
import { diverged } from './divergence.ts';
import type { AnyLoss } from './losses.ts';
import { PhaseStep } from './phase-step.ts';
import { beginEpoch, placeOf } from './place.ts';
import { tell, type Term } from './terms.ts';
import { Timetable } from './timetable.ts';
import type { Trainable } from './trainable.ts';

export interface TrainerOptions {
  batch: number;
  optimizer: Optimizer;
  shuffled: boolean;
  frameBudgetMs?: number;
}

/** What a trainer has on the device. */
interface Tensors {
  readonly state: Tensor;
  /** [steps of an epoch, terms] */
  readonly losses: Tensor;
  readonly order: Tensor;
}

/** The device's side of one fit: the frozen step, the order of the examples, and the state that walks through them. */
export class Trainer<L extends AnyLoss> {
  readonly stepsPerEpoch: number;
  readonly #schedule: Schedule;
  readonly #tuning: Tuning;
  /** Milliseconds of training that the tuner has not been told of. */
  #untoldMs = 0;
  /** The model's step at which this fit began. */
  readonly #first: number;
  /** The model's step at which the newest run began. */
  #began = 0;
  /** The terms of all phases. */
  readonly #terms: readonly Term[];
  /** How many of the terms come before those of the model's own phase. */
  readonly #others: number;

  private constructor(
    private readonly model: Trainable<L, never>,
    private readonly options: TrainerOptions,
    readonly data: Dataset,
    private readonly tensors: Tensors,
    private readonly phases: readonly PhaseStep[],
    private readonly shuffle: Plan,
    private readonly timetable: Timetable,
    private readonly feed: Feed | undefined,
  ) {
    this.stepsPerEpoch = tensors.losses.rows;
    this.#first = model.place.step;
    this.#terms = phases.flatMap(({ terms }) => terms);
    this.#others = this.#terms.length - phases.at(-1)!.terms.length;
    const { gpu } = model.host;
    this.#schedule = new Schedule(gpu, options.frameBudgetMs);
    this.#tuning = gpu.tuner.begin(phases.flatMap(({ plan }) => plan.tunables));
  }

  /** Until all that can be refused has been made, the model keeps the optimizers and the moments that it has. */
  static async make<L extends AnyLoss>(
    scope: Scope,
    model: Trainable<L, never>,
    data: Dataset,
    options: TrainerOptions,
  ): Promise<Trainer<L>> {
    const { place } = model;
    const { gpu } = model.host;
    const { batch, shuffled } = options;
    const steps = Math.ceil(data.length / batch);
    const feed = scope.own(Feed.open('fit', data, batch));
    const state = scope.own(makeState(gpu));
    const order = scope.own(emptyTensor(gpu, [data.length], 'u32', 'order'));
    const timetable = scope.own(new Timetable(gpu, steps));
    const gather = (tape: Tape) => gatherFrom(tape, data, feed, state, batch, order);
    const shared = { gpu, place, state, timetable, gather };
    const last = model.phases.length - 1;
    const phases = model.phases.map((phase, i) => {
      const usual = () => phase.optimizer ?? placeOf(place, phase.name, false).optimizer ?? phase.initial ?? adam();
      return scope.own(new PhaseStep(phase, i === last ? options.optimizer : usual(), i, last - i, shared));
    });
    const terms = phases.flatMap((phase) => phase.terms);
    const losses = scope.own(emptyTensor(gpu, [steps, terms.length], 'f32', 'losses'));
    let first = 0;
    for (const phase of phases) {
      await phase.compile(losses, first);
      first += phase.terms.length;
    }
    const ordering = makeTape(gpu);
    shuffle(ordering, state, order, { shuffled, subset: data.order });
    const shuffling = scope.own(await compile(ordering));
    for (const phase of phases) phase.begin();
    place.trainedOn = trainedOn(data);
    beginEpoch(place, data.length, batch, shuffled);
    return new Trainer(model, options, data, { state, losses, order }, phases, shuffling, timetable, feed);
  }

  /** Examples in a step. */
  get batch(): number {
    return this.options.batch;
  }

  /** Steps until the epoch is through. */
  get stepsLeft(): number {
    return Math.ceil((this.data.length - this.model.place.position) / this.batch);
  }

  /**
   * Trains on up to `steps` batches of the current epoch and reads their losses back.
   * @throws DivergedError with the weights as they were before the step that went bad
   */
  async run(steps: number, hooks: ScheduleHooks): Promise<L[]> {
    const { seed, host, place } = this.model;
    const { gpu, turns } = host;
    const { step, epoch, position } = place;
    const { feed, batch } = this;
    this.#began = step;
    this.timetable.write(step);
    writeState(gpu, this.tensors.state, { step, epoch, position, examples: this.data.length, batch, seed });
    place.live = this.tensors.state;
    const encode = (pass: CommandPass, i: number) =>
      this.phases.reduce(
        (dispatches, { plan }) => dispatches + plan.encode(pass),
        i === 0 && !feed ? this.shuffle.encode(pass) : 0,
      );
    let losses: L[];
    try {
      if (feed) {
        // Where this side brings the examples, it has to know their order.
        await this.shuffle.run();
        const [order] = await readTensors(gpu, [this.tensors.order]);
        feed.begin(order as Uint32Array);
      }
      const stepsFrom = feed && ((i: number) => feed.stepsFrom(position + i * batch, batch));
      const inTurn = (submit: () => void) => turns.take(submit);
      await this.#schedule.run(steps, encode, { ...this.#tuned(hooks), stepsFrom, inTurn });
    } finally {
      losses = await this.#catchUp().finally(() => (place.live = undefined));
    }
    return losses;
  }

  /** Lets the tuner go on between the submits. */
  #tuned({ goOn, onFinished }: ScheduleHooks): ScheduleHooks {
    return {
      goOn: async () => {
        const ms = this.#untoldMs;
        this.#untoldMs = 0;
        await this.model.host.gpu.tuner.improve(this.#tuning, ms);
        return !goOn || goOn();
      },
      onFinished: (steps, ms) => {
        this.#untoldMs += ms;
        onFinished?.(steps, ms);
      },
    };
  }

  /** The newest loss on the device. */
  async newestLoss(finishedSteps: number): Promise<number> {
    const [losses] = await readTensors(this.model.host.gpu, [this.tensors.losses]);
    return this.#lossesAt(losses as Float32Array, finishedSteps - 1).loss;
  }

  /** Reads how far the device has come, and the losses on the way there: the epoch's one readback. */
  async #catchUp(): Promise<L[]> {
    const { host, place } = this.model;
    const [losses, words] = await readTensors(host.gpu, [this.tensors.losses, this.tensors.state]);
    const state = parseState(words);
    const { step, epoch, position, slot } = state;
    Object.assign(place, { step, epoch, position });
    if (state.bad !== noneBad) throw await diverged(this.model, this.phases, state, this.data, step === this.#first);
    return Array.from({ length: slot }, (_, i) => this.#lossesAt(losses as Float32Array, i));
  }

  #lossesAt(values: Float32Array, i: number): L {
    const terms = this.#terms;
    return tell(terms, values.subarray(i * terms.length, (i + 1) * terms.length), this.#began + i, this.#others);
  }
}
