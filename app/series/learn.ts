/** The model of a time series that is trained where nobody says anything else, and how strange each step is to it. */
import {
  adam,
  autoencoder,
  dense,
  intervals,
  series,
  standardize,
  threshold,
  timeline,
  type Autoencoder,
  type Dataset,
  type Gpu,
  type Interval,
  type Table,
} from '../../src/index.ts';
import type { Reports } from '../progress.ts';
import { stopOn } from '../stopping.ts';
import { channelsOf } from './channels.ts';
import type { SeriesOptions } from './protocol.ts';

/** A day of a sensor that is read every five minutes, or the tenth of a series that is shorter. */
const usualWindow = (steps: number) => Math.max(1, Math.min(288, Math.floor(steps / 10)));

/** Windows enough to train on: of a longer series not every one. */
const enough = 4000;

/** The share of steps that are called strange. */
export const contamination = 0.01;

/** What hears of the training. */
export interface SeriesWatch {
  begins(windows: number, size: number): void | Promise<void>;
  reports(batch: number): Partial<Reports>;
  signal?: AbortSignal;
}

export interface LearntSeries {
  model: Autoencoder;
  /** Time steps in a window, and how many windows were trained on. */
  window: number;
  windows: number;
  seconds: number;
  /** The error of each step, the mean over the windows that it is in; NaN where it is in none, or has no value. */
  scores: Float32Array;
  /** The same in each channel. */
  perChannel: Float32Array[];
}

export async function learnSeries(
  gpu: Gpu,
  table: Table,
  options: SeriesOptions,
  watch: SeriesWatch,
): Promise<LearntSeries> {
  const { length } = table;
  const { window: size = usualWindow(length), seed, steps, epochs = steps === undefined ? 30 : undefined } = options;
  const stride = Math.max(1, Math.ceil((length - size + 1) / enough));
  const { values, channels } = channelsOf(table);
  const windows = await series(gpu, values, { length: size, stride });
  const features = windows.features;
  const model = await autoencoder(gpu, {
    input: features,
    encoder: [dense(64, 'relu'), dense(8)],
    decoder: [dense(64, 'relu'), dense(features)],
    loss: 'mse',
    normalize: standardize(),
    seed,
  });
  const batch = options.batch ?? Math.min(128, windows.length);
  await watch.begins(windows.length, size);
  const training = model.fit(windows, {
    ...{ epochs, steps, batchSize: batch, optimizer: adam(1e-3) },
    ...watch.reports(batch),
  });
  stopOn(watch.signal, training);
  const { seconds } = await training;
  const errors = await model.errors(windows, { perFeature: true });
  const learnt = {
    ...{ model, window: size, windows: windows.length, seconds },
    scores: timeline(errors, windows),
    perChannel: channels.map((_, channel) => ofChannel(errors, windows, channel)),
  };
  windows.dispose();
  return learnt;
}

/** The error of each step in one channel. */
function ofChannel(errors: Float32Array, { length, indices, series }: Dataset, channel: number): Float32Array {
  const { channels } = series!;
  const own = errors.filter((_, i) => i % channels === channel);
  return timeline(own, { length, indices, series: { ...series!, channels: 1 } });
}

/** From which score on a step counts as strange, and the stretches of those that do. */
export function strangeIn(scores: Float32Array, window: number, share: number): { limit: number; found: Interval[] } {
  const limit = threshold(
    scores.filter((score) => !Number.isNaN(score)),
    { contamination: share },
  );
  return { limit, found: intervals(scores, limit, { gap: Math.ceil(window / 8) }) };
}
