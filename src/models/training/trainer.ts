import type { CommandPass } from '../../runtime/commands.ts';
import { Schedule, type ScheduleHooks } from '../../runtime/schedule.ts';
import type { Tuning } from '../../runtime/tune.ts';
import type { At, FrozenStep } from './frozen-step.ts';
import type { AnyLoss } from './losses.ts';
import type { Trainable } from './trainable.ts';

/** Losses of epochs that follow each other without a boundary are read about that often, or once an epoch. */
const readEveryMs = 500;

/** Steps whose losses are read together. */
interface Run<L> {
  readonly steps: number;
  readonly losses: Promise<L[]>;
}

/** Runs a model's training step as often as one fit asks for. */
export class Trainer<L extends AnyLoss> {
  readonly stepsPerEpoch: number;
  readonly #schedule: Schedule;
  readonly #tuning: Tuning;
  /** Milliseconds of training that the tuner has not been told of. */
  #untoldMs = 0;
  /** Where the model stands behind the steps that are submitted. */
  #at: At;
  /** Whether training has failed in steps that were submitted. */
  #failed = false;

  constructor(
    private readonly model: Trainable<L, never>,
    readonly step: FrozenStep<L>,
    private readonly ahead: boolean,
    frameBudgetMs?: number,
  ) {
    const { gpu } = model.host;
    const { step: first, epoch, position } = model.place;
    this.#at = { step: first, epoch, position };
    this.stepsPerEpoch = Math.ceil(step.data.length / step.batch);
    this.#schedule = new Schedule(gpu, frameBudgetMs);
    this.#tuning = gpu.tuner.begin(step.tunables);
  }

  /** Steps until the epoch is through. */
  get #stepsLeft(): number {
    return Math.ceil((this.step.data.length - this.#at.position) / this.step.batch);
  }

  /**
   * Trains on so many batches and tells their losses, some at a time, while the next ones are trained on already. What is told last before an
   * epoch's end is told when nothing runs, unless the trainer may run ahead: then epochs need no boundary, and many short ones are told at once.
   * @throws DivergedError with the weights as they were before the step that went bad
   */
  async *train(steps: number, hooks: ScheduleHooks): AsyncGenerator<L[], void, void> {
    const { place } = this.model;
    let unread: Run<L> | undefined;
    let submitted = 0;
    try {
      while (submitted < steps) {
        const wanted = this.#stepsOfRun(steps - submitted);
        const run = await this.#run(wanted, submitted, steps, hooks, unread?.losses);
        const before = unread;
        unread = run;
        submitted += run.steps;
        if (before) yield await before.losses;
        const stopped = run.steps < wanted;
        if (!stopped && submitted < steps && (this.ahead || this.#at.position)) continue;
        await this.#schedule.drain();
        const losses = await run.losses;
        place.live = unread = undefined;
        yield losses;
        if (stopped) return;
      }
    } finally {
      await this.#schedule.settle();
      await unread?.losses.catch(() => {}); // Whoever ended it is told of what came before.
      place.live = undefined;
    }
  }

  #stepsOfRun(left: number): number {
    const several = this.ahead && !this.step.feed ? this.#schedule.stepsIn(readEveryMs) : 0;
    return Math.min(left, this.step.most, Math.max(this.#stepsLeft, several));
  }

  /** Submits up to `steps` steps, of which some have been submitted of all, and begins to read their losses back behind those of the run before. */
  async #run(
    steps: number,
    submitted: number,
    all: number,
    hooks: ScheduleHooks,
    before?: Promise<unknown>,
  ): Promise<Run<L>> {
    const { stepsPerEpoch, step } = this;
    const { host, place } = this.model;
    const { step: began, epoch, position } = this.#at;
    const { feed, batch } = step;
    Object.assign(place, this.#at, { live: step.state });
    const first = position / batch;
    try {
      await step.begin(this.#at, steps, submitted === 0, all - submitted > this.#stepsLeft);
      const encode = (pass: CommandPass, i: number) =>
        step.encode(pass, (first + i) % stepsPerEpoch === 0 || submitted + i === 0);
      const done = await this.#schedule.submit(steps, encode, {
        ...this.#tuned(hooks, submitted),
        stepsFrom: feed && ((i) => feed.stepsFrom(position + i * batch, batch)),
        inTurn: (submit) => host.turns.take(submit),
      });
      const through = first + done;
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

  /** Lets the tuner go on between the submits. */
  #tuned({ goOn, onFinished }: ScheduleHooks, submitted: number): ScheduleHooks {
    return {
      goOn: async () => {
        const ms = this.#untoldMs;
        this.#untoldMs = 0;
        await this.model.host.gpu.tuner.improve(this.#tuning, ms);
        return !this.#failed && (!goOn || goOn());
      },
      onFinished: (steps, ms) => {
        this.#untoldMs += ms;
        onFinished?.(submitted + steps, ms);
      },
    };
  }
}
