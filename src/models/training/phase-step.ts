import { momentCount, optimize, settingNames } from '../../kernels/optimizer.ts';
import { account } from '../../kernels/step.ts';
import type { Gpu } from '../../runtime/device.ts';
import { Pace } from '../../runtime/pace.ts';
import type { Plan } from '../../runtime/plan.ts';
import { tape as makeTape, type Tape } from '../../runtime/tape.ts';
import { boundRange, emptyTensor, writeTensor, type Tensor } from '../../runtime/tensor.ts';
import { rateAt, settings, type Optimizer } from '../parts/optimizers.ts';
import type { Constraint, InStep } from './in-step.ts';
import { Pass } from './pass.ts';
import { placeOf, setPlaceOf, type OptimizerPlace, type Place } from './place.ts';
import { differentiate, type Term } from './terms.ts';
import type { Timetable } from './timetable.ts';
import type { Batch, Phase } from './trainable.ts';

/** The data that the phases of a step share. */
export interface Shared extends Omit<InStep, 'phase'> {
  readonly gpu: Gpu;
  /** The state of the model's training when the fit begins. */
  readonly place: Place;
  readonly state: Tensor;
  readonly timetable: Timetable;
  /** Records the step's batch. */
  gather(tape: Tape): Batch;
}

/** One phase of a training step on the device: its terms, its gradients and its optimizer, as one plan. */
export class PhaseStep {
  readonly terms: readonly Term[];
  /** The plan of the tape for each step, once it is compiled. */
  plan!: Plan;
  readonly tape: Tape;
  readonly #constraints: readonly Constraint[];
  readonly #settings: Tensor;
  readonly #moments: Tensor | undefined;
  /** The optimizer's state from this fit on. */
  readonly #next: Required<OptimizerPlace>;
  /** The values and moments before the newest step; undefined in the last phase. */
  readonly #before: Tensor | undefined;
  #begun = false;

  /** Records the phase number `index`, which `behind` other phases follow. */
  constructor(
    private readonly phase: Phase,
    optimizer: Optimizer,
    private readonly index: number,
    private readonly behind: number,
    private readonly shared: Shared,
  ) {
    const { gpu, state, gather, data, scope } = shared;
    const { step } = shared.place;
    const place = placeOf(shared.place, phase.name, !behind);
    const { trains } = phase;
    // The first read makes the buffer. It must be there when the tape asks for the gradient of a weight.
    const { gradients } = trains;
    this.tape = makeTape(gpu, { trains: [trains] });
    // The last phase, the model's own, draws the same numbers as without the other phases.
    const gathered = gather(this.tape);
    const { targets: labels, weights } = gathered;
    const { blanks } = data.storage;
    const inStep = { ...shared, phase: index };
    const pass = new Pass(this.tape, 'train', state, behind, inStep, { labels, weights, blanks });
    this.terms = phase.record(pass, gathered);
    this.#constraints = pass.constraints;
    this.#settings = scope.own(emptyTensor(gpu, [settingNames.length], 'f32', 'settings'));
    const moments = momentCount(optimizer.kind);
    // The moments start anew for an optimizer of another kind than before.
    const another = place.optimizer?.kind !== optimizer.kind;
    this.#moments = another ? trains.makeMoments(moments) : trains.moments;
    if (another)
      scope.defer(() => {
        if (!this.#begun) this.#moments?.dispose();
      });
    this.#next = {
      origin: another ? step : place.origin,
      given: place.optimizer === optimizer ? place.given : step,
      optimizer,
    };
    if (behind) this.#before = scope.own(emptyTensor(gpu, [1 + moments, gradients.size], 'f32', 'before the step'));
  }

  /** Records the gradients, the checks and the update. The terms' values go into the losses from `column` on. */
  async recordUpdate(losses: Tensor, column: number): Promise<void> {
    const { optimizer, origin, given } = this.#next;
    const { state, timetable } = this.shared;
    const { name, trains } = this.phase;
    const { gradients, values } = trains;
    // Each of these parts is short once the engine has compiled its code, but long the first time.
    const pace = new Pace();
    await pace.rest();
    differentiate(this.tape, this.terms, timetable);
    for (const constraint of this.#constraints) constraint.gradients?.();
    await pace.rest();
    const rates = timetable.column(`rate of ${name}`, 2, (step) => [rateAt(optimizer, step - given), origin]);
    const sums = this.terms.map((term) => term.sums);
    account(this.tape, sums, state, losses, { gradients, timetable: rates, clipNorm: optimizer.clipNorm }, column);
    for (const constraint of this.#constraints) constraint.beforeUpdate?.();
    optimize(
      this.tape,
      optimizer.kind,
      { values, gradients, moments: this.#moments, settings: this.#settings, state },
      { phase: this.index, before: this.#before },
    );
    for (const constraint of this.#constraints) constraint.afterUpdate?.();
  }

  /** Stores the optimizer in the model, once everything that can fail has succeeded. */
  begin(): void {
    this.#begun = true;
    this.phase.trains.useMoments(this.#moments);
    setPlaceOf(this.shared.place, this.phase.name, !this.behind, this.#next);
    const values = settings(this.#next.optimizer);
    writeTensor(
      this.shared.gpu,
      this.#settings,
      settingNames.map((name) => values[name]),
    );
  }

  /** Returns the name of what `bad` in the state of the device stands for: the loss, or a gradient. */
  nameOf(bad: number): string {
    return bad === 0 ? 'loss' : `${this.phase.trains.nameAt(bad - 1)}.grad`;
  }

  /** Undoes the update of a step in which a later phase diverged. */
  takeBack(encoder: GPUCommandEncoder): void {
    const { values, gradients } = this.phase.trains;
    const from = boundRange(this.#before!);
    const bytes = 4 * gradients.size;
    const copy = (start: number, to: Tensor, length: number) =>
      encoder.copyBufferToBuffer(from.buffer, from.offset + start, boundRange(to).buffer, 0, length);
    copy(0, values, bytes);
    if (this.#moments) copy(bytes, this.#moments, 4 * this.#moments.size);
  }
}
