import { DeviceLostError, OptionError } from '../../errors.ts';
import type { Parameters, Snapshot } from '../../runtime/parameters.ts';
import type { AnyLoss } from './losses.ts';
import type { Trainable } from './trainable.ts';
import { copyPlace, type Place } from './place.ts';
import type { Best } from './validation.ts';

/** What a fit has come to so far. */
export interface Course<L extends AnyLoss> {
  epochs: L[];
  loss: number[];
  steps: number;
  validation: L[];
  best?: Best;
  /** Set when no epoch is to come any more. */
  stopped?: 'finished' | 'patience' | 'user';
}

interface Kept<L extends AnyLoss> {
  readonly device: GPUDevice;
  readonly weights: readonly { parameters: Parameters; snapshot: Snapshot }[];
  readonly place: Place;
  readonly course: Course<L>;
}

/** So many times in a row a device may be lost before an epoch comes to its end: then it is the training that breaks it. */
const mostWithoutProgress = 3;

/** Takes a training up again when its device was lost, from where its last epoch ended. */
export class Recovery<L extends AnyLoss> {
  #kept: Kept<L> | undefined;
  #withoutProgress = 0;

  /** @throws OptionError where no other device can be got */
  constructor(private readonly model: Trainable<L, never>) {
    if (!model.host.gpu.recoverable)
      throw new OptionError(
        'fit: recover needs a Gpu that can ask for another adapter; this one was opened with an `adapter` or a `device` of yours',
      );
  }

  /** Remembers where the training begins, once it is known that it can. */
  async begin(course: Course<L>): Promise<void> {
    if (!this.#kept) await this.keep(course);
  }

  /** Remembers everything as it is now, with a readback. */
  async keep(course: Course<L>): Promise<void> {
    const { host, phases, used = [], place } = this.model;
    const weights = await host.turns.take(() =>
      Promise.all(
        [...phases.map(({ trains }) => trains), ...used].map(async (parameters) => ({
          parameters,
          snapshot: await parameters.snapshot(),
        })),
      ),
    );
    // A best without its weights has come about in this epoch.
    if (course.best) course.best.values ??= weights[phases.length - 1].snapshot.values;
    this.#kept = { device: host.gpu.device, weights, place: copyPlace(place), course: copyOf(course) };
    this.#withoutProgress = 0;
  }

  /** Brings back what was kept, on another device, if it was the loss of its device that ended the training. @throws what else it was; what `Gpu.recover` does */
  async after(error: unknown, signal?: AbortSignal): Promise<Course<L>> {
    const { gpu } = this.model.host;
    if (!this.#kept) throw error;
    const { device, weights, place, course } = this.#kept;
    // Another fit may have got another device already.
    const lost = gpu.isLost || gpu.device !== device;
    if (!(error instanceof DeviceLostError) || !lost || ++this.#withoutProgress > mostWithoutProgress) throw error;
    await gpu.recover(signal);
    for (const { parameters, snapshot } of weights) if (parameters.values.gone) parameters.restore(snapshot);
    Object.assign(this.model.place, { optimizer: undefined, phases: undefined, live: undefined }, copyPlace(place));
    return copyOf(course);
  }
}

const copyOf = <L extends AnyLoss>(course: Course<L>): Course<L> => ({
  ...course,
  epochs: [...course.epochs],
  loss: [...course.loss],
  validation: [...course.validation],
});
