import { trainedOn } from '../../data/as-dataset.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { Feed } from '../../data/feed.ts';
import { openFeed } from '../../data/open-feed.ts';
import { shuffle } from '../../kernels/step.ts';
import type { CommandPass } from '../../runtime/commands.ts';
import { compile, type Plan } from '../../runtime/plan.ts';
import type { Scope } from '../../runtime/scope.ts';
import { makeState, noneBad, parseState, rewind, writeState } from '../../runtime/state.ts';
import { tape as makeTape, type Tape } from '../../runtime/tape.ts';
import { emptyTensor, readTensors, type Tensor } from '../../runtime/tensor.ts';
import type { Tunable } from '../../runtime/tune.ts';
import { adam, type Optimizer } from '../parts/optimizers.ts';
import { gatherFrom } from './batches.ts';
import { diverged } from './divergence.ts';
import type { Undo } from './in-step.ts';
import type { AnyLoss } from './losses.ts';
import { PhaseStep } from './phase-step.ts';
import { beginEpoch, placeOf, type Place } from './place.ts';
import { report, type Term } from './terms.ts';
import { Timetable } from './timetable.ts';
import type { Trainable } from './trainable.ts';

/**
 * The most steps whose losses are kept on the device until they are read. Processing so many blocks the page for at
 * most one frame.
 */
const mostSteps = 2048;

export interface StepOptions {
  batch: number;
  optimizer: Optimizer;
  shuffled: boolean;
  /** Whether an epoch may begin before the losses of the last one are known. */
  runsAhead: boolean;
}

/** The position of training: the step of the model's life, its epoch, and the number of finished examples in it. */
export type At = Pick<Place, 'step' | 'epoch' | 'position'>;

/** What a training step is made of. */
interface StepContents {
  readonly data: Dataset;
  /** The number of examples in a step. */
  readonly batch: number;
  readonly state: Tensor;
  /** The losses, [steps read together, terms]. */
  readonly losses: Tensor;
  readonly phases: readonly PhaseStep[];
  /** The order of the examples in an epoch. */
  readonly order: Tensor;
  /** Computes the order. */
  readonly orderPlan: Plan;
  /** The input of `orderPlan`: the state, or for streamed examples a state of the coming epoch. */
  readonly orderState: Tensor;
  readonly timetable: Timetable;
  readonly feed: Feed | undefined;
  readonly undos: readonly Undo[];
}

/**
 * A model's training step, recorded and compiled, with the order of the examples and the state that advances through
 * them.
 */
export class FrozenStep<L extends AnyLoss> {
  readonly tunables: readonly Tunable[];
  /** The step of the model at which the fit begins. */
  readonly #startStep: number;
  /** The terms of all phases. */
  readonly #terms: readonly Term[];
  /** The order of the epoch after the one that the feed streams. */
  #next: Promise<Uint32Array> | undefined;
  #epoch: number | undefined;
  /** The number of the first term of the model's own phase, which is the last one. */
  readonly #ownTermsFrom: number;

  private constructor(
    private readonly model: Trainable<L, never>,
    readonly contents: StepContents,
  ) {
    const { phases } = contents;
    this.tunables = phases.flatMap(({ plan }) => plan.tunables);
    this.#startStep = model.place.step;
    this.#terms = phases.flatMap(({ terms }) => terms);
    this.#ownTermsFrom = this.#terms.length - phases.at(-1)!.terms.length;
  }

  /** Makes the step. The model keeps its optimizers and moments until everything that can fail has succeeded. */
  static async make<L extends AnyLoss>(
    scope: Scope,
    model: Trainable<L, never>,
    data: Dataset,
    { batch, optimizer, shuffled, runsAhead }: StepOptions,
  ): Promise<FrozenStep<L>> {
    const { place } = model;
    const { gpu } = model.owner;
    const feed = scope.own(await openFeed('fit', data, batch));
    const steps = runsAhead && !feed ? mostSteps : Math.min(mostSteps, Math.ceil(data.length / batch));
    const state = scope.own(makeState(gpu));
    const orderState = feed ? scope.own(makeState(gpu)) : state;
    const order = scope.own(emptyTensor(gpu, [data.length], 'u32', 'order'));
    const timetable = scope.own(new Timetable(gpu, steps));
    const gather = (tape: Tape) => gatherFrom(tape, data, feed, state, batch, { shuffled: order, forLoss: true });
    const undos: Undo[] = [];
    const shared = { gpu, place, state, timetable, gather, data, batch, undos, scope };
    const last = model.phases.length - 1;
    const phases = model.phases.map((phase, i) => {
      const ofPhase = () => phase.optimizer ?? placeOf(place, phase.name, false).optimizer ?? phase.initial ?? adam();
      return new PhaseStep(phase, i === last ? optimizer : ofPhase(), i, last - i, shared);
    });
    const terms = phases.flatMap((phase) => phase.terms);
    const losses = scope.own(emptyTensor(gpu, [steps, terms.length], 'f32', 'losses'));
    let column = 0;
    for (const phase of phases) {
      await phase.recordUpdate(losses, column);
      phase.plan = scope.own(await compile(phase.tape));
      column += phase.terms.length;
    }
    const orderTape = makeTape(gpu);
    shuffle(orderTape, orderState, order, { shuffled, subset: data.order });
    const orderPlan = scope.own(await compile(orderTape));
    for (const phase of phases) phase.begin();
    place.trainedOn = trainedOn(data);
    beginEpoch(place, data.length, batch, shuffled);
    const examples = { data, batch, feed, order, orderPlan, orderState };
    return new FrozenStep(model, { ...examples, state, losses, phases, timetable, undos });
  }

  /** The most steps whose losses can be read together. */
  get most(): number {
    return this.contents.losses.rows;
  }

  /**
   * Prepares the device for `steps` steps from a position. Only before the first steps of a fit does it write the
   * position: the device advances it itself.
   */
  async begin(at: At, steps: number, isFitStart: boolean, anotherEpoch: boolean): Promise<void> {
    const { owner, seed } = this.model;
    const { data, batch, state, timetable, feed } = this.contents;
    timetable.write(at.step, steps);
    // If a step has diverged, the device must stay at that step.
    if (!isFitStart) rewind(owner.gpu, state);
    else writeState(owner.gpu, state, { ...at, examples: data.length, batch, seed });
    if (!feed || this.#epoch === at.epoch) return;
    feed.begin(await (this.#next ?? this.#orderOf(at.epoch)));
    this.#epoch = at.epoch;
    this.#next = anotherEpoch ? this.#orderOf(at.epoch + 1) : undefined;
    this.#next?.catch(() => {}); // The next `begin` reports the failure.
  }

  /** Returns the order of an epoch's examples on the host. */
  async #orderOf(epoch: number): Promise<Uint32Array> {
    const { owner, seed } = this.model;
    const { order, orderPlan, orderState } = this.contents;
    writeState(owner.gpu, orderState, { epoch, seed });
    const computed = orderPlan.run();
    const [[values]] = await Promise.all([readTensors(owner.gpu, [order]), computed]);
    return values as Uint32Array;
  }

  /** Encodes a step, and before it the order of an epoch if requested. Returns the number of dispatches. */
  encode(pass: CommandPass, ordered: boolean): number {
    const { feed, orderPlan, phases } = this.contents;
    const before = ordered && !feed ? orderPlan.encode(pass) : 0;
    return phases.reduce((dispatches, { plan }) => dispatches + plan.encode(pass), before);
  }

  /** Returns the newest loss on the device, unless it has just been read. */
  async newestLoss(): Promise<number | undefined> {
    const { losses, step, slot } = await this.#readDevice();
    return slot ? this.#lossesAt(losses, slot - 1, step - 1).loss : undefined;
  }

  /**
   * Reads the position of the device and the losses. `firstStep` is the step whose losses are in slot 0. The result
   * comes after that of the previous read, `before`.
   * @throws DivergedError
   */
  async read(firstStep: number, before?: Promise<unknown>): Promise<L[]> {
    const { losses, ...state } = await this.#readDevice();
    await before;
    const { step, epoch, position, slot } = state;
    Object.assign(this.model.place, { step, epoch, position });
    const { phases, data, undos } = this.contents;
    if (state.bad !== noneBad) throw await diverged(this.model, phases, state, data, step === this.#startStep, undos);
    return Array.from({ length: slot }, (_, i) => this.#lossesAt(losses, i, firstStep + i));
  }

  async #readDevice() {
    const { losses, state } = this.contents;
    const [values, words] = await readTensors(this.model.owner.gpu, [losses, state]);
    return { losses: values as Float32Array, ...parseState(words) };
  }

  /** Returns the losses of the step stored in a slot. */
  #lossesAt(values: Float32Array, slot: number, step: number): L {
    const terms = this.#terms;
    return report(terms, values.subarray(slot * terms.length, (slot + 1) * terms.length), step, this.#ownTermsFrom);
  }
}
