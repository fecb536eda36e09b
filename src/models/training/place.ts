import type { TrainedOn } from '../../data/dataset.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Optimizer } from '../parts/optimizers.ts';

/** How far an optimizer has come. */
export interface OptimizerPlace {
  optimizer?: Optimizer;
  /** The model's step at which its moments began. */
  origin: number;
  /** The model's step from which its learning rate's schedule counts: the optimizer was given in the fit that began there. */
  given: number;
}

/** How far a model has been trained; a later fit goes on from here. */
export interface Place extends OptimizerPlace {
  step: number;
  epoch: number;
  /** Examples of the current epoch that are done. */
  position: number;
  /** The kind of epoch that position belongs to: examples, batch size, shuffled or not. */
  epochKind: string;
  /** What was trained on last. */
  trainedOn?: TrainedOn;
  /** Of a model that trains in several phases: the optimizers of all but the last one, by the phases' names. */
  phases?: Record<string, OptimizerPlace>;
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

/** Where the optimizer of a phase stands: the last phase's is the model's own. */
export function placeOf(place: Place, phase: string, isLast: boolean): OptimizerPlace {
  return isLast ? place : (place.phases?.[phase] ?? { origin: 0, given: 0 });
}

/** Writes down where the optimizer of a phase stands from now on. */
export function setPlaceOf(place: Place, phase: string, isLast: boolean, next: OptimizerPlace): void {
  if (isLast) Object.assign(place, next);
  else place.phases = { ...place.phases, [phase]: next };
}

/** The same place, which later steps do not change. */
export const copyPlace = ({ phases, ...place }: Place): Place => ({
  ...place,
  ...(phases && { phases: Object.fromEntries(Object.entries(phases).map(([name, each]) => [name, { ...each }])) }),
});

/** Takes an interrupted epoch up where it stopped, if it is of the same kind. */
export function beginEpoch(place: Place, examples: number, batch: number, shuffled: boolean): void {
  const epochKind = `${examples} by ${batch}, ${shuffled ? 'shuffled' : 'in order'}`;
  if (place.position && (place.epochKind !== epochKind || place.position >= examples))
    Object.assign(place, { epoch: place.epoch + 1, position: 0 });
  place.epochKind = epochKind;
}

/** The place as files have it that hold the moments too: phases that have made no step yet are named as well. */
export const withOptimizers = (place: Place, phases: readonly string[]): Place =>
  phases
    .slice(0, -1)
    .reduce((all, name) => ({ ...all, phases: { ...all.phases, [name]: placeOf(all, name, false) } }), place);

/** The place as files have it that hold the weights alone. */
export const withoutOptimizers = ({ phases, ...place }: Place): Place => ({
  ...place,
  optimizer: undefined,
  ...(phases && {
    phases: Object.fromEntries(Object.entries(phases).map(([name, { origin, given }]) => [name, { origin, given }])),
  }),
});
