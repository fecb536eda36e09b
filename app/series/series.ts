/** The page of `npm start -- --model series`: the command line opens it and calls `window.seriesJob`. */
import { openGpu, readTable } from '../../src/index.ts';
import { base64 } from '../files.ts';
import { outcomeOf } from '../outcome.ts';
import { toPng } from '../pictures/canvas.ts';
import { light, wide } from '../pictures/look.ts';
import { drawTimeline } from '../pictures/timeline.ts';
import { reporting } from '../progress.ts';
import { channelsOf } from './channels.ts';
import { momentOf, seriesCsv } from './csv.ts';
import { contamination, learnSeries, strangeIn } from './learn.ts';
import type { SeriesOptions, SeriesResult } from './protocol.ts';

const stopping = new AbortController();

window.seriesJob = { run: (options) => outcomeOf(() => run(options)), stop: () => stopping.abort() };

async function run(options: SeriesOptions): Promise<SeriesResult> {
  const gpu = await openGpu();
  const table = await readTable(await fetch('/data/series'));
  const {
    model,
    window: size,
    windows,
    seconds,
    scores,
  } = await learnSeries(gpu, table, options, {
    begins: (count, steps) => window.trainingBegins(`${count} windows of ${steps} steps`),
    reports: (batch) => reporting(batch, (progress) => void window.trainingProgress(progress)),
    signal: stopping.signal,
  });
  await window.trainingEnds();
  const { limit, found } = strangeIn(scores, size, contamination);
  const names = channelsOf(table).channels;
  const canvas = drawTimeline(
    { title: 'What is strange', values: table.values(names[0]), name: names[0], scores, limit, found },
    { theme: light, width: wide, density: 2, titled: true },
  );
  document.getElementById('pictures')?.append(canvas);
  const moment = momentOf(table);
  const result: SeriesResult = {
    adapter: { ...gpu.info },
    ...{ length: table.length, window: size, windows, channels: names, seconds, limit },
    intervals: found.map((each) => ({ ...each, start: moment(each.from), end: moment(each.to - 1) })),
    csv: seriesCsv(scores, limit, moment),
    picture: await base64(await toPng(canvas)),
  };
  model.dispose();
  gpu.close();
  return result;
}
