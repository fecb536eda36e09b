import { adam, cosine, type Dataset, type Optimizer } from '../../src/index.ts';
import { light, wide, type Look } from '../pictures/look.ts';
import type { Work } from '../reproduce/row.ts';
import type { Subject } from '../subject.ts';
import type { Amount } from './protocol.ts';

/** Trains its models as long as asked for and draws what they make of images they have not seen. */
export type Picture = (work: Work, amount: Amount) => Promise<HTMLCanvasElement>;

/** On paper of its own, so that it can be read on dark pages too; what it shows, the guide says. */
export const look: Look = { theme: light, width: wide, density: 2, titled: false };

/** The same, for ten columns whose width, 56, is divided by sides of 4, 8 and 28 pixels alike, so that rows of different images are as wide. */
export const tenColumns: Look = { ...look, width: 707 };

/** Weights, shuffles and noise of all pictures follow from it. */
export const seed = 0;

export interface Fitting {
  batch?: number;
  optimizer?: Optimizer;
  data?: Dataset;
}

/** How many steps that is. */
export const stepsOf = (work: Work, { epochs = 0, steps }: Amount, batch: number): number =>
  steps ?? epochs * Math.ceil(work.train.count / batch);

/** Comes further in few epochs than one rate does: a large one that falls. */
export const quickly = (work: Work, amount: Amount, batch = 128): Optimizer =>
  adam(cosine(3e-3, { to: 1e-4, steps: stepsOf(work, amount, batch) }));

/** Trains a model, while the command line shows how it gets on, and hands it back. */
export async function trained<M extends Subject>(
  work: Work,
  name: string,
  model: M,
  amount: Amount,
  { batch = 128, optimizer = adam(1e-3), data = work.train.data }: Fitting = {},
): Promise<M> {
  await work.fit(name, model, data, { ...amount, batchSize: batch, optimizer });
  return model;
}
