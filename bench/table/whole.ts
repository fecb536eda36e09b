import { openGpu, readTable, table } from '../../src/index.ts';
import { countWebGPU, peakBytes } from '../counters.ts';
import { batch, modelOf, optimizer } from './model.ts';
import { columnCount, csvStream } from './rows.ts';

/** The seconds of each step from the text of a table to the scores, and the most bytes that GPU buffers held. */
export interface Whole {
  rows: number;
  /** The seconds to make the text, which the time of reading includes. */
  text: number;
  read: number;
  put: number;
  epoch: number;
  scored: number;
  bufferBytes: number;
  /** The bytes of the table in memory: a float64 for a number, an int32 for a category. */
  tableBytes: number;
  /** The number of rows whose score is not finite. */
  lost: number;
}

/** Measures everything from the text of a table to the scores of its rows. */
export async function measureWhole(rows: number): Promise<Whole> {
  countWebGPU();
  let begun = performance.now();
  const lap = () => {
    const now = performance.now();
    const seconds = (now - begun) / 1000;
    begun = now;
    return seconds;
  };
  const reader = csvStream(rows).getReader();
  while (!(await reader.read()).done);
  const text = lap();
  const data = await readTable(csvStream(rows));
  const read = lap();
  const gpu = await openGpu({ tuning: 'fixed' });
  lap();
  const put = await table(gpu, data);
  await gpu.device.queue.onSubmittedWorkDone();
  const putSeconds = lap();
  const model = await modelOf(gpu, data);
  lap();
  await model.fit(put, { epochs: 1, batchSize: batch, optimizer: optimizer() });
  const epoch = lap();
  const scores = await model.errors(put);
  const scored = lap();
  const bytesOf = { number: 8, time: 8, category: 4 };
  const tableBytes = data.columns.reduce((sum, { kind }) => sum + bytesOf[kind] * data.length, 0);
  const lost = scores.reduce((count, score) => count + Number(!Number.isFinite(score)), 0);
  if (data.columns.length !== columnCount) throw new Error(`${data.columns.length} columns were read`);
  const result = { rows: data.length, text, read, put: putSeconds, epoch, scored, bufferBytes: peakBytes(), tableBytes, lost }; // prettier-ignore
  model.dispose();
  put.dispose();
  gpu.close();
  return result;
}
