import { DeviceLostError, OptionError } from '../../errors.ts';
import type { Parameters, Snapshot } from '../../runtime/parameters.ts';
import { recover } from '../../runtime/recover.ts';
import type { AnyLoss } from './losses.ts';
import type { Trainable } from './trainable.ts';
import { copyPlace, type Place } from './place.ts';
import type { Best, Fallen } from './validation.ts';

/** The progress of a fit. */
export interface Course<L extends AnyLoss> {
  epochs: L[];
  loss: number[];
  steps: number;
  validation: L[];
  best?: Best;
  fallen?: Fallen;
  /** Set when no epoch follows. */
  stopped?: 'finished' | 'patience' | 'user';
}

interface Kept<L extends AnyLoss> {
  readonly device: GPUDevice;
  readonly weights: readonly { parameters: Parameters; snapshot: Snapshot }[];
  readonly place: Place;
  readonly course: Course<L>;
}

/**
 * The most losses of a device in a row without a finished epoch. After more, the training itself is probably the cause.
 */
const mostWithoutProgress = 3;

/** Continues a training after the loss of its device, from the end of its last epoch. */
export class Recovery<L extends AnyLoss> {
  #kept: Kept<L> | undefined;
  #withoutProgress = 0;

  /** Makes a recovery for a training of the model. @throws OptionError where no other device can be opened */
  constructor(private readonly model: Trainable<L, never>) {
    if (!model.owner.gpu.reopen)
      throw new OptionError(
        'fit: recover needs a Gpu that can ask for another adapter; this one was opened with an `adapter` or a `device` of yours',
      );
  }

  /** Stores the state at the beginning of the training, unless one is stored already. */
  async begin(course: Course<L>): Promise<void> {
    if (!this.#kept) await this.keep(course);
  }

  /** Stores the present state, with a readback. */
  async keep(course: Course<L>): Promise<void> {
    const { owner, phases, used = [], place } = this.model;
    const weights = await owner.turns.take(() =>
      Promise.all(
        [...phases.map(({ trains }) => trains), ...used].map(async (parameters) => ({
          parameters,
          snapshot: await parameters.snapshot(),
        })),
      ),
    );
    // If the best weights are not stored yet, they are those of this epoch.
    if (course.best) course.best.values ??= weights[phases.length - 1].snapshot.values;
    this.#kept = { device: owner.gpu.device, weights, place: copyPlace(place), course: copyOf(course) };
    this.#withoutProgress = 0;
  }

  /**
   * Restores the stored state on another device, if the error is the loss of the device.
   * @throws any other error; the errors of `recover`
   */
  async after(error: unknown, signal?: AbortSignal): Promise<Course<L>> {
    const { gpu } = this.model.owner;
    if (!this.#kept) throw error;
    const { device, weights, place, course } = this.#kept;
    // Another fit may have opened another device already.
    const lost = gpu.isLost || gpu.device !== device;
    if (!(error instanceof DeviceLostError) || !lost || ++this.#withoutProgress > mostWithoutProgress) throw error;
    await recover(gpu, signal);
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
