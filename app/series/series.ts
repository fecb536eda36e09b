/** The page of `npm start -- --model series`: the command line opens it and calls `window.seriesJob`. */
import {
  adam,
  autoencoder,
  dense,
  intervals,
  openGpu,
  readTable,
  series,
  standardize,
  threshold,
  timeline,
  type Table,
} from '../../src/index.ts';
import { base64 } from '../files.ts';
import { outcomeOf } from '../outcome.ts';
import { toPng } from '../pictures/canvas.ts';
import { light, wide } from '../pictures/look.ts';
import { drawTimeline } from '../pictures/timeline.ts';
import { reporting } from '../progress.ts';
import type { SeriesOptions, SeriesResult } from './protocol.ts';

window.seriesJob = { run: (options) => outcomeOf(() => run(options)) };

/** A day of a sensor that is read every five minutes, or the tenth of a series that is shorter. */
const usualWindow = (steps: number) => Math.max(1, Math.min(288, Math.floor(steps / 10)));

/** Windows enough to train on: of a longer series not every one. */
const enough = 4000;

/** The share of steps that are called strange. */
const contamination = 0.01;

async function run(options: SeriesOptions): Promise<SeriesResult> {
  const gpu = await openGpu();
  const table = await readTable(await fetch('/data/series'));
  const { length } = table;
  const { window: size = usualWindow(length), seed, steps, epochs = steps === undefined ? 30 : undefined } = options;
  const stride = Math.max(1, Math.ceil((length - size + 1) / enough));
  const windows = await series(gpu, table, { length: size, stride });
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
  await window.trainingBegins(`${windows.length} windows of ${size} steps`);
  const { seconds } = await model.fit(windows, {
    ...{ epochs, steps, batchSize: batch, optimizer: adam(1e-3) },
    ...reporting(batch, (progress) => void window.trainingProgress(progress)),
  });
  await window.trainingEnds();
  // The error of each step itself, the mean over the windows that it is in.
  const scores = timeline(await model.errors(windows, { perFeature: true }), windows);
  const limit = threshold(
    scores.filter((score) => !Number.isNaN(score)),
    { contamination },
  );
  const found = intervals(scores, limit, { gap: Math.ceil(size / 8) });
  const names = table.columns.filter(({ kind }) => kind === 'number').map(({ name }) => name);
  const canvas = drawTimeline(
    { title: 'What is strange', values: table.values(names[0]), name: names[0], scores, limit, found },
    { theme: light, width: wide, density: 2, titled: true },
  );
  document.getElementById('pictures')?.append(canvas);
  const moment = momentOf(table);
  const result: SeriesResult = {
    adapter: { ...gpu.info },
    ...{ length, window: size, windows: windows.length, channels: names, seconds, limit },
    intervals: found.map((each) => ({ ...each, start: moment(each.from), end: moment(each.to - 1) })),
    csv: csvOf(scores, limit, moment),
    picture: await base64(await toPng(canvas)),
  };
  gpu.close();
  return result;
}

/** When a step was, by the first column of times; else its number. */
function momentOf(table: Table): (step: number) => string {
  const time = table.columns.find(({ kind }) => kind === 'time');
  if (!time) return String;
  const seconds = table.values(time.name);
  return (step) => (Number.isNaN(seconds[step]) ? '' : new Date(1000 * seconds[step]).toISOString());
}

/** A line for each step; nothing as the score of those that no window covers. */
function csvOf(scores: Float32Array, limit: number, moment: (step: number) => string): string {
  const lines = Array.from(scores, (score, step) =>
    [step, moment(step), Number.isNaN(score) ? '' : score, Number(score >= limit)].join(','),
  );
  return `step,time,score,strange\n${lines.join('\n')}\n`;
}
