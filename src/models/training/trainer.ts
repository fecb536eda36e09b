import type { CommandPass } from '../../runtime/commands.ts';
import { Schedule, type ScheduleHooks } from '../../runtime/schedule.ts';
import type { Tuning } from '../../runtime/tune.ts';
import type { At, FrozenStep } from './frozen-step.ts';
import type { AnyLoss } from './losses.ts';
import type { Trainable } from './trainable.ts';

/** The interval at which the losses of several short epochs without a boundary are read together. */
const readEveryMs = 500;

/** A stretch of training: consecutive steps whose losses are read together. */
interface Stretch<L> {
  readonly steps: number;
  readonly losses: Promise<L[]>;
}

/** Runs a model's training step for one fit. */
export class Trainer<L extends AnyLoss> {
  readonly stepsPerEpoch: number;
  readonly #schedule: Schedule;
  readonly #tuning: Tuning;
  /** The milliseconds of training that have not been reported to the tuner. */
  #unreportedMs = 0;
  /** The position of the model after the submitted steps. */
  #at: At;
  /** Whether a submitted step has failed. */
  #failed = false;

  constructor(
    private readonly model: Trainable<L, never>,
    readonly step: FrozenStep<L>,
    /** Whether an epoch may begin before the losses of the last one are known. */
    private readonly runsAhead: boolean,
    frameBudgetMs?: number,
  ) {
    const { gpu } = model.owner;
    const { step: startStep, epoch, position } = model.place;
    this.#at = { step: startStep, epoch, position };
    const { data, batch } = step.contents;
    this.stepsPerEpoch = Math.ceil(data.length / batch);
    this.#schedule = new Schedule(gpu, frameBudgetMs);
    this.#tuning = gpu.tuner.begin(step.tunables);
  }

  /** The number of steps to the end of the epoch. */
  get #stepsLeft(): number {
    const { data, batch } = this.step.contents;
    return Math.ceil((data.length - this.#at.position) / batch);
  }

  /**
   * Trains `steps` more steps and yields their losses in parts, while the next steps are trained. The last losses of an
   * epoch are yielded when no step is running, unless the trainer may run ahead. Then it does not stop between epochs,
   * and many short ones are yielded at once.
   * @throws DivergedError with the weights from before the step that diverged
   */
  async *train(steps: number, hooks: ScheduleHooks): AsyncGenerator<L[], void, void> {
    const { place } = this.model;
    let unread: Stretch<L> | undefined;
    let submitted = 0;
    try {
      while (submitted < steps) {
        const wanted = this.#stepsOfStretch(steps - submitted);
        const stretch = await this.#submit(wanted, submitted, steps, hooks, unread?.losses);
        const before = unread;
        unread = stretch;
        submitted += stretch.steps;
        if (before) yield await before.losses;
        const stopped = stretch.steps < wanted;
        if (!stopped && submitted < steps && (this.runsAhead || this.#at.position)) continue;
        await this.#schedule.drain();
        const losses = await stretch.losses;
        place.live = unread = undefined;
        yield losses;
        if (stopped) return;
      }
    } finally {
      await this.#schedule.settle();
      await unread?.losses.catch(() => {}); // The caller gets the earlier error.
      place.live = undefined;
    }
  }

  #stepsOfStretch(left: number): number {
    const several = this.runsAhead && !this.step.contents.feed ? this.#schedule.stepsIn(readEveryMs) : 0;
    return Math.min(left, this.step.most, Math.max(this.#stepsLeft, several));
  }

  /**
   * Submits a stretch of up to `steps` steps, when `submitted` of `all` have been submitted, and begins to read its
   * losses after those of the previous stretch.
   */
  async #submit(
    steps: number,
    submitted: number,
    all: number,
    hooks: ScheduleHooks,
    before?: Promise<unknown>,
  ): Promise<Stretch<L>> {
    const { stepsPerEpoch, step } = this;
    const { owner, place } = this.model;
    const { step: began, epoch, position } = this.#at;
    const { feed, batch, state } = step.contents;
    Object.assign(place, this.#at, { live: state });
    const stepInEpoch = position / batch;
    try {
      await step.begin(this.#at, steps, submitted === 0, all - submitted > this.#stepsLeft);
      const encode = (pass: CommandPass, i: number) =>
        step.encode(pass, (stepInEpoch + i) % stepsPerEpoch === 0 || submitted + i === 0);
      const done = await this.#schedule.submit(steps, encode, {
        ...this.#tuned(hooks, submitted),
        stepsFrom: feed && ((i) => feed.stepsFrom(position + i * batch, batch)),
        inTurn: (submit) => owner.turns.take(submit),
      });
      const through = stepInEpoch + done;
      this.#at = {
        step: began + done,
        epoch: epoch + Math.floor(through / stepsPerEpoch),
        position: batch * (through % stepsPerEpoch),
      };
      const losses = step.read(began, before);
      losses.catch(() => (this.#failed = true));
      return { steps: done, losses };
    } catch (error) {
      await this.#schedule.settle();
      await step.read(began, before);
      throw error;
    }
  }

  /** Adds the tuner's work between submits to the hooks. */
  #tuned({ goOn, onFinished }: ScheduleHooks, submitted: number): ScheduleHooks {
    return {
      goOn: async () => {
        const ms = this.#unreportedMs;
        this.#unreportedMs = 0;
        await this.model.owner.gpu.tuner.improve(this.#tuning, ms);
        return !this.#failed && (!goOn || goOn());
      },
      onFinished: (steps, ms) => {
        this.#unreportedMs += ms;
        onFinished?.(submitted + steps, ms);
      },
    };
  }
}
