import type { Data } from '../../data/dataset.ts';
import { OptionError } from '../../errors.ts';
import { checkFlag, checkFunction, checkNumber, checkOptions, checkSignal } from '../../runtime/options.ts';
import type { AnyLoss, Losses } from './losses.ts';
import { checkOptimizer, type Optimizer } from '../parts/optimizers.ts';

/** Of a training whose loss is told as L. */
export interface History<L extends AnyLoss = Losses> {
  /** One entry an epoch: the mean over its examples. Where a fit starts or ends within an epoch, over those it trained on. */
  epochs: L[];
  /** The loss of every step, before its update. */
  loss: number[];
  /** One entry an epoch, after it, where `validation` was given. */
  validation?: L[];
  /** The epoch with the lowest validation loss, from 1 on. */
  bestEpoch?: number;
  stopped: 'finished' | 'patience' | 'user';
  seconds: number;
  steps: number;
}

/** How far a training is, as `onProgress` gets it. */
export interface Progress {
  /** From 1 on, of this fit. */
  epoch: number;
  epochs: number;
  /** Steps finished, of this fit. */
  step: number;
  steps: number;
  /** In `pretrain`: which layer's turn it is, from 1 on, and of how many. */
  stage?: number;
  stages?: number;
  /** That of the last epoch which was read back, or with `progressEveryMs` the newest step's. */
  loss?: number;
  examplesPerSecond: number;
}

/**
 * Of a model whose data are D and whose loss is told as L. Without `validation`, `onEpochEnd` and `recover`, epochs follow each other without a
 * boundary: losses are read back while the next epochs are trained, some half a second of them at a time. With one of these, training waits at each
 * epoch's end, and the weights are those of that moment. The history and the bits are the same.
 */
export interface FitOptions<L extends AnyLoss = Losses, D = Data> {
  /** Passes over the data, on top of what was trained. This or `steps`. */
  epochs?: number;
  /** Optimizer steps, on top of what was trained. */
  steps?: number;
  /** Default min(128, examples). Asking for more than there are examples is an `OptionError`. */
  batchSize?: number;
  /** Omitted: the last one goes on; `adam(1e-3)` at first. The same kind keeps its moments, another kind starts anew. */
  optimizer?: Optimizer;
  /** A new order each epoch, made on the device from the seed. Default true. */
  shuffle?: boolean;
  /**
   * Data to validate on after each epoch, or that fraction of the training data, drawn at random from the seed. As in `evaluate`, nothing is
   * corrupted or dropped there.
   */
  validation?: D | number;
  /** Stop when the validation loss has not fallen by more than `minDelta` for that many epochs, as in Keras. */
  patience?: number;
  /** Default 0. */
  minDelta?: number;
  /** Put back the weights of the best validation epoch, however training ends. Default: true with `patience`. */
  restoreBest?: boolean;
  /** Called after each epoch with its losses, while the weights are those of its end; training waits for a promise that it returns. */
  onEpochEnd?: (
    epoch: L & { epoch: number; validation?: L; best: boolean; stage?: number; stages?: number },
  ) => void | Promise<void>;
  /** Called after each finished submit. */
  onProgress?: (progress: Progress) => void;
  /** Reads the newest loss back for `onProgress`, at most that often. Without it, no loss is read between epochs. */
  progressEveryMs?: number;
  /** Ends training between two submits; the model stays usable, and `fit` rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Survive the loss of the device, such as a crash of the browser's GPU process: ask for another adapter, for up to half a minute, and go on from
   * the end of the last epoch, to the same bits. Costs a readback of weights and moments an epoch. Data sets come back from their sources; epochs
   * that were under way are done again, and told of again. Other models on the device have lost their weights. Default false.
   */
  recover?: boolean;
  /** The longest slice of GPU time taken in one go, in milliseconds. Default 100. */
  frameBudgetMs?: number;
}

/** A running fit: a promise of its history that can be steered. Pausing and stopping take effect between two submits. */
export interface Training<L extends AnyLoss = Losses> extends Promise<History<L>> {
  /** Pauses training before the next submit; the model can be used meanwhile. */
  pause(): void;
  /** Goes on after `pause()`. */
  resume(): void;
  /** Ends training; the promise resolves with the history so far. */
  stop(): void;
}

const known = [
  'epochs', 'steps', 'batchSize', 'optimizer', 'shuffle', 'validation', 'patience', 'minDelta', 'restoreBest',
  'onEpochEnd', 'onProgress', 'progressEveryMs', 'signal', 'recover', 'frameBudgetMs',
]; // prettier-ignore

/** Everything that can be said without looking at the data. @throws OptionError */
export function checkFitOptions<L extends AnyLoss, D>(options: FitOptions<L, D>): void {
  checkOptions('fit', options, known);
  const { epochs, steps, optimizer, validation, patience, restoreBest, frameBudgetMs } = options;
  if ((epochs === undefined) === (steps === undefined))
    throw new OptionError(`fit: give epochs or steps, ${epochs === undefined ? 'one of them' : 'not both'}`);
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

/** The batch size asked for, or a usual one. @throws OptionError where there are fewer examples */
export function batchSizeFor(asked: number | undefined, examples: number): number {
  if (asked !== undefined && asked > examples)
    throw new OptionError(`fit: a batchSize of ${asked}, but only ${examples} examples`);
  return asked ?? Math.min(128, examples);
}
