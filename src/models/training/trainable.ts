import type { Data, Dataset, OnDevice } from '../../data/dataset.ts';
import { putExamples, type Examples } from '../../data/labels.ts';
import type { Parameters } from '../../runtime/parameters.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { Turns } from '../../runtime/turns.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Layout } from '../parts/layout.ts';
import type { Optimizer } from '../parts/optimizers.ts';
import type { AnyLoss, Losses } from './losses.ts';
import type { Pass } from './pass.ts';
import { startPlace, type Place } from './place.ts';
import type { Term } from './terms.ts';

/** What a model lends to its networks. */
export interface Host {
  readonly gpu: Gpu;
  readonly parameters: Parameters<Layout>;
  /** Readers and training take turns on the weights. */
  readonly turns: Turns;
  /** How far it has been trained, and on what; left out where what goes in are no data, such as codes. */
  readonly place?: Place;
  /** How many classes the labels have that it is told beside what goes in, where it is told any. */
  readonly classes?: number;
  /** Whether values that go in may be blank. */
  readonly blanks?: boolean;
  /** Puts what goes in on the device, where that is not done as for other models. @throws OptionError, ShapeError, DataError */
  readonly put?: (where: string, data: unknown) => Promise<OnDevice>;
}

/** What a model itself is trained with. */
export type ModelHost = Host & { readonly place: Place };

/** A model's host at the beginning of its life. */
export const newHost = (
  gpu: Gpu,
  parameters: Parameters<Layout>,
  intake: Pick<Host, 'classes' | 'blanks' | 'put'> = {},
): ModelHost => ({ gpu, parameters, turns: new Turns(), place: startPlace(), ...intake });

/** Puts data on the device for a model, as examples of that shape. @throws OptionError, ShapeError, DataError */
export const putData = (
  where: string,
  { gpu, place, classes, blanks, put }: Host,
  data: Examples,
  shape: readonly number[],
): Promise<OnDevice> =>
  put?.(where, data) ?? putExamples(where, gpu, data, shape, { classes, blanks, before: place?.trainedOn });

/** What a step sees of the data. */
export interface Batch {
  /** [rows, features] */
  readonly x: Tensor;
  /** [rows, 1], where the data have them. */
  readonly targets?: Tensor;
}

/** What a phase holds weights to, beside its loss. */
export interface Constraint {
  /** Records what is done to gradients before the optimizer sees them. */
  gradients(tape: Tape): void;
  /** Records what is done to weights behind the optimizer; where the state says that a step has gone bad, it must do nothing. */
  weights(tape: Tape, state: Tensor): void;
}

/** A part of each training step that lowers a loss of its own, by parameters and an optimizer of its own. */
export interface Phase {
  readonly name: string;
  readonly trains: Parameters<Layout>;
  /** Of all phases but the last: the optimizer that it begins with. */
  readonly initial?: Optimizer;
  /** Of all phases but the last: the optimizer that it has from this fit on. Omitted, the one that it has goes on. */
  readonly optimizer?: Optimizer;
  /** Records the model on a batch; what it lowers is the sum of the terms, each times its coefficient. */
  record(pass: Pass, batch: Batch): Term[];
  readonly constraints?: readonly Constraint[];
}

/** What `fit` needs to know of a model: one whose data are D, and whose loss is told as L. */
export interface Trainable<L extends AnyLoss = Losses, D = Data> {
  readonly host: Host;
  /** Weights it uses beside those it trains. */
  readonly used?: readonly Parameters[];
  readonly place: Place;
  readonly seed: number;
  /** Whether its data are normalised; undefined where that is no option of it. */
  readonly normalized?: boolean;
  /** Rows that go through its layers for each example, where they are more than one. */
  readonly perExample?: number;
  /** What a step does, in order. The last phase is the model's own: its terms make up the loss that is told, and its optimizer is `fit`'s. */
  readonly phases: readonly Phase[];
  /** The data on the device. @throws ShapeError, DataError where the model cannot be trained on them */
  put(where: string, data: D): Promise<OnDevice>;
  /** Looks at the data that will be trained on, before the first step of each fit; returns what takes back the change that was made, if one was. */
  prepare?(training: Dataset): Promise<(() => void) | undefined>;
  /** Carries the type of what is told. */
  readonly told?: L;
}
