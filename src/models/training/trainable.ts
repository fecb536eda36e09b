import type { Data, Dataset, OnDevice } from '../../data/dataset.ts';
import { putExamples, type Examples } from '../../data/labels.ts';
import type { Parameters } from '../../runtime/parameters.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { Turns } from '../../runtime/turns.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Layout } from '../parts/layout.ts';
import type { Optimizer } from '../parts/optimizers.ts';
import type { AnyLoss, Losses } from './losses.ts';
import type { Pass } from './pass.ts';
import { startPlace, type Place } from './place.ts';
import type { Term } from './terms.ts';

/** The owner of the weights of networks, usually a model, with what the networks need of it to run. */
export interface Owner {
  readonly gpu: Gpu;
  readonly parameters: Parameters<Layout>;
  /** Readers and training take turns on the weights. */
  readonly turns: Turns;
  /** The progress of its training; undefined where the inputs are not data, such as codes. */
  readonly place?: Place;
  /** The number of classes of the labels that it receives beside its input, if it receives labels. */
  readonly classes?: number;
  /** Whether the input may have blanks. */
  readonly blanks?: boolean;
  /** Uploads the input, for models with their own way. @throws OptionError, ShapeError, DataError */
  readonly put?: (where: string, data: unknown) => Promise<OnDevice>;
}

/** A model as the owner of its weights. It always has a place. */
export type ModelOwner = Owner & { readonly place: Place };

/** Returns what an untrained model gives its networks. */
export const newOwner = (
  gpu: Gpu,
  parameters: Parameters<Layout>,
  intake: Pick<Owner, 'classes' | 'blanks' | 'put'> = {},
): ModelOwner => ({ gpu, parameters, turns: new Turns(), place: startPlace(), ...intake });

/** Uploads data for a model, as examples of this shape. @throws OptionError, ShapeError, DataError */
export const putData = (
  where: string,
  { gpu, place, classes, blanks, put }: Owner,
  data: Examples,
  shape: readonly number[],
): Promise<OnDevice> =>
  put?.(where, data) ?? putExamples(where, gpu, data, shape, { classes, blanks, before: place?.trainedOn });

/** The data of a step. */
export interface Batch {
  /** The examples, [rows, features]. */
  readonly x: Tensor;
  /** The targets, [rows, 1], if the data have them. */
  readonly targets?: Tensor;
  /** The weights of the examples, [rows, 1], if the data have them. */
  readonly weights?: Tensor;
}

/** A part of each training step that minimises its own loss, with its own parameters and optimizer. */
export interface Phase {
  readonly name: string;
  readonly trains: Parameters<Layout>;
  /** The first optimizer; undefined in the last phase. */
  readonly initial?: Optimizer;
  /** The optimizer from this fit on; undefined in the last phase. Default: the current one. */
  readonly optimizer?: Optimizer;
  /** Records the model on a batch; it minimises the sum of the terms, each times its coefficient. */
  record(pass: Pass, batch: Batch): Term[];
}

/** The interface of a model to `fit`, with data of type D and losses of type L. */
export interface Trainable<L extends AnyLoss = Losses, D = Data> {
  readonly owner: Owner;
  /** The weights that it uses beside those it trains. */
  readonly used?: readonly Parameters[];
  readonly place: Place;
  readonly seed: number;
  /** Whether its data are normalised; undefined if it has no such option. */
  readonly normalized?: boolean;
  /** The number of rows that pass through its layers for each example, if it is more than one. */
  readonly perExample?: number;
  /**
   * The phases of a step, in order. The last phase is the model's own: its terms are the reported loss, and its
   * optimizer is `fit`'s.
   */
  readonly phases: readonly Phase[];
  /** Uploads the data. @throws ShapeError, DataError where the model cannot be trained on them */
  put(where: string, data: D): Promise<OnDevice>;
  /**
   * Checks the training data before the first step of each fit; returns a function that undoes its changes, if there
   * are any.
   */
  prepare?(training: Dataset): Promise<(() => void) | undefined>;
  /** A field that never has a value; it carries the type of the losses. */
  readonly losses?: L;
}
