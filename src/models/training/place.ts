import type { TrainedOn } from '../../data/as-dataset.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Optimizer } from '../parts/optimizers.ts';

/** The progress of an optimizer. */
export interface OptimizerPlace {
  optimizer?: Optimizer;
  /** The model's step at which its moments began. */
  origin: number;
  /**
   * The model's step from which its learning rate's schedule counts: the beginning of the fit in which the optimizer
   * was given.
   */
  given: number;
}

/** The progress of a model's training, from which a later fit continues. Files hold it under the name `place`. */
export interface Place extends OptimizerPlace {
  step: number;
  epoch: number;
  /** The number of finished examples of the current epoch. */
  position: number;
  /** The kind of epoch that the position belongs to: examples, batch size, shuffled or not. */
  epochKind: string;
  /** The data of the last training. */
  trainedOn?: TrainedOn;
  /** In a model that trains in several phases: the optimizers of all but the last one, by the phases' names. */
  phases?: Record<string, OptimizerPlace>;
  /** The state on the device while steps are running, which is ahead of this one. */
  live?: Tensor;
}

/** Returns a new place with all the keys of a file, so that their order is always the same. */
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

/** Returns the progress of a phase's optimizer; that of the last phase is the model's own. */
export function placeOf(place: Place, phase: string, isLast: boolean): OptimizerPlace {
  return isLast ? place : (place.phases?.[phase] ?? { origin: 0, given: 0 });
}

/** Stores the progress of a phase's optimizer. */
export function setPlaceOf(place: Place, phase: string, isLast: boolean, next: OptimizerPlace): void {
  if (isLast) Object.assign(place, next);
  else place.phases = { ...place.phases, [phase]: next };
}

/** Returns a copy of the place, with `change` applied to the progress of each phase's optimizer. */
const changed = ({ phases, ...place }: Place, change: (phase: OptimizerPlace) => OptimizerPlace): Place => ({
  ...place,
  ...(phases && { phases: Object.fromEntries(Object.entries(phases).map(([name, each]) => [name, change(each)])) }),
});

/** Returns a copy of the place. */
export const copyPlace = (place: Place): Place => changed(place, (phase) => ({ ...phase }));

/** Continues an interrupted epoch of the same kind, or begins a new one. */
export function beginEpoch(place: Place, examples: number, batch: number, shuffled: boolean): void {
  const epochKind = `${examples} by ${batch}, ${shuffled ? 'shuffled' : 'in order'}`;
  if (place.position && (place.epochKind !== epochKind || place.position >= examples))
    Object.assign(place, { epoch: place.epoch + 1, position: 0 });
  place.epochKind = epochKind;
}

/** Returns the place for files that also hold the moments, with an entry for phases without a step, too. */
export const withOptimizers = (place: Place, phases: readonly string[]): Place =>
  phases
    .slice(0, -1)
    .reduce((all, name) => ({ ...all, phases: { ...all.phases, [name]: placeOf(all, name, false) } }), place);

/** Returns the place for files that hold the weights alone. */
export const withoutOptimizers = (place: Place): Place =>
  changed({ ...place, optimizer: undefined }, ({ origin, given }) => ({ origin, given }));
