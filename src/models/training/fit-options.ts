import type { Data } from '../../data/dataset.ts';
import { OptionError } from '../../errors.ts';
import { checkFlag, checkFunction, checkNumber, checkOptions, checkSignal } from '../../runtime/options.ts';
import type { AnyLoss, Losses } from './losses.ts';
import { checkOptimizer, type Optimizer } from '../parts/optimizers.ts';

/** The result of a training, with losses of type L. */
export interface History<L extends AnyLoss = Losses> {
  /**
   * The losses of each epoch, averaged over its examples. Where a fit starts or ends within an epoch, the average is
   * over the examples it trained on.
   */
  epochs: L[];
  /** The loss of every step, before its update. */
  loss: number[];
  /** The losses on the validation data after each epoch, if `validation` was given. */
  validation?: L[];
  /** The epoch with the lowest validation loss, counted from 1. */
  bestEpoch?: number;
  /** Why training ended: all steps were done, `patience` ran out, or `stop()` was called. */
  stopped: 'finished' | 'patience' | 'user';
  /** The duration in seconds. */
  seconds: number;
  /** The number of steps. */
  steps: number;
}

/** The progress of a training, as `onProgress` receives it. */
export interface Progress {
  /** The current epoch of this fit, counted from 1. */
  epoch: number;
  /** The number of epochs of this fit. */
  epochs: number;
  /** The number of finished steps of this fit. */
  step: number;
  /** The number of steps of this fit. */
  steps: number;
  /** In `pretrain`: the number of the layer that is trained, counted from 1. */
  stage?: number;
  /** In `pretrain`: the number of layers to train. */
  stages?: number;
  /**
   * The loss of the last epoch that was read back, or with `progressEveryMs` of the newest step; undefined before the
   * first one.
   */
  loss?: number;
  /** The number of examples trained per second. */
  examplesPerSecond: number;
}

/**
 * The options of `fit`, for data of type D and losses of type L.
 *
 * Without `validation`, `onEpochEnd` and `recover`, training does not wait between epochs: losses are read back while
 * the next steps are trained, once an epoch, or about every half second if epochs are shorter and the data are not
 * streamed. An epoch of more than 2048 steps is read in parts. With one of these options, training waits at the end of
 * each epoch, where the weights are those of that moment. The history and the trained weights are the same.
 */
export interface FitOptions<L extends AnyLoss = Losses, D = Data> {
  /** The number of further passes over the data. Give this or `steps`. */
  epochs?: number;
  /** The number of further optimizer steps. Give this or `epochs`. */
  steps?: number;
  /**
   * The number of examples in a step. Default: 128, or all examples if there are fewer. More than there are is an
   * `OptionError`.
   */
  batchSize?: number;
  /**
   * The optimizer. Default: that of the last `fit`, at first `adam(1e-3)`. An optimizer of the same kind keeps its
   * moments, another kind starts new ones.
   */
  optimizer?: Optimizer;
  /** Whether each epoch has a new order, made on the device from the seed. Default true. */
  shuffle?: boolean;
  /**
   * The data to validate on after each epoch, or the fraction of the training data to hold out, drawn at random from
   * the seed. As in `evaluate`, these are not corrupted, and nothing is dropped out.
   */
  validation?: D | number;
  /**
   * Stops training when the validation loss has not fallen by more than `minDelta` for this number of epochs, as in
   * Keras.
   */
  patience?: number;
  /** The smallest decrease of the validation loss that counts for `patience`. Default 0. */
  minDelta?: number;
  /**
   * Whether the weights of the epoch with the lowest validation loss are restored, however training ends. Default: true
   * with `patience`.
   */
  restoreBest?: boolean;
  /**
   * Called after each epoch with its losses. The weights are those of the end of the epoch; training waits for a
   * promise that it returns.
   */
  onEpochEnd?: (
    epoch: L & { epoch: number; validation?: L; best: boolean; stage?: number; stages?: number },
  ) => void | Promise<void>;
  /** Called after each finished submit. */
  onProgress?: (progress: Progress) => void;
  /**
   * Reads the newest loss back for `onProgress`, at most this often (in milliseconds). Without it, the loss is
   * that of the last epoch that was read back.
   */
  progressEveryMs?: number;
  /** Ends training between two submits. The model stays usable, and `fit` rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Whether training survives the loss of the device, such as a crash of the browser's GPU process. It then asks for
   * another adapter for up to half a minute, and continues from the end of the last epoch, to the same bits. This costs
   * a readback of weights and moments per epoch. Data sets are uploaded again from their sources; interrupted epochs
   * are repeated, and reported again. Other models on the device lose their weights. Default false.
   */
  recover?: boolean;
  /**
   * The target length of a submit, in milliseconds, after which other work may use the GPU. A step is never divided, so
   * a submit takes at least as long as one step. Default 100.
   */
  frameBudgetMs?: number;
}

/**
 * A running fit: a promise of its history, with methods to steer it. Pausing and stopping take effect between two
 * submits.
 */
export interface Training<L extends AnyLoss = Losses> extends Promise<History<L>> {
  /** Pauses training before the next submit. The model can be used meanwhile. */
  pause(): void;
  /** Continues training after `pause()`. */
  resume(): void;
  /** Ends training; the promise resolves with the history so far. */
  stop(): void;
}

const known = [
  'epochs', 'steps', 'batchSize', 'optimizer', 'shuffle', 'validation', 'patience', 'minDelta', 'restoreBest',
  'onEpochEnd', 'onProgress', 'progressEveryMs', 'signal', 'recover', 'frameBudgetMs',
]; // prettier-ignore

/** Checks all that can be checked without the data. @throws OptionError */
export function checkFitOptions<L extends AnyLoss, D>(options: FitOptions<L, D>): void {
  checkOptions('fit', options, known);
  const { epochs, steps, optimizer, validation, patience, restoreBest, frameBudgetMs } = options;
  if ((epochs === undefined) === (steps === undefined))
    throw new OptionError(`fit: give epochs or steps${epochs === undefined ? '' : ', not both'}`);
  for (const name of ['epochs', 'steps', 'batchSize'] as const)
    if (options[name] !== undefined) checkNumber(`fit: ${name}`, options[name], { least: 1, whole: true });
  if (optimizer !== undefined) checkOptimizer('fit', optimizer);
  checkSignal('fit', options.signal);
  for (const name of ['onEpochEnd', 'onProgress'] as const)
    if (options[name] !== undefined) checkFunction(`fit: ${name}`, options[name]);
  for (const name of ['shuffle', 'restoreBest', 'recover'] as const)
    if (options[name] !== undefined) checkFlag(`fit: ${name}`, options[name]);
  if (typeof validation === 'number') checkNumber('fit: validation', validation, { above: 0, most: 1 - 1e-9 });
  if (patience !== undefined) checkNumber('fit: patience', patience, { least: 0, whole: true });
  for (const name of ['minDelta', 'progressEveryMs'] as const)
    if (options[name] !== undefined) checkNumber(`fit: ${name}`, options[name], { least: 0 });
  if (frameBudgetMs !== undefined) checkNumber('fit: frameBudgetMs', frameBudgetMs, { above: 0 });
  if ((patience !== undefined || restoreBest) && validation === undefined)
    throw new OptionError(`fit: ${restoreBest ? 'restoreBest' : 'patience'} needs validation data`);
}

/** Returns the requested batch size, or the default. @throws OptionError where there are fewer examples */
export function batchSizeFor(asked: number | undefined, examples: number): number {
  if (asked !== undefined && asked > examples)
    throw new OptionError(`fit: a batchSize of ${asked} is more than the ${examples} examples`);
  return asked ?? Math.min(128, examples);
}
