import { adam, autoencoder, dense, rocAuc, series, standardize, timeline } from '../../../src/index.ts';
import { mean } from '../../analysis/statistics.ts';
import { shortened, type Machine, type Work } from '../row.ts';
import type { Comparison } from '../protocol.ts';
import { labelledSeries } from './labelled.ts';

export const settings = (machine: Machine) => ({
  'machine temperature, dense': '288-64-8-64-288, relu and linear',
  'of windows that begin so many steps apart': 6,
  'epochs of it': shortened(machine, 40),
});

/** Trained on all windows of a series, strange ones included: do its errors, brought back to the steps, tell where those are? */
export async function measure(
  { gpu, watch }: Work,
  { 'of windows that begin so many steps apart': stride, 'epochs of it': epochs }: ReturnType<typeof settings>,
  seed: number,
) {
  const length = 288;
  const { table, strange } = await labelledSeries('machine_temperature_system_failure');
  const windows = await series(gpu, table, { length, stride });
  const model = await autoencoder(gpu, {
    input: length,
    encoder: [dense(64, 'relu'), dense(8, 'linear')],
    decoder: [dense(64, 'relu'), dense(length, 'linear')],
    loss: 'mse',
    normalize: standardize(),
    seed,
  });
  await watch('machine temperature', 128, (reports) =>
    model.fit(windows, { epochs, batchSize: 128, optimizer: adam(1e-3), ...reports }),
  );
  const line = timeline(await model.errors(windows), windows);
  const values = Array.from(table.values('value'));
  const center = mean(values);
  // The same windows, each scored by its squares alone: what a model that always answers the mean would say.
  const squares = values.map((value) => (value - center) ** 2);
  const starts = Array.from(windows.indices, (window) => window * stride);
  const plain = timeline(
    Float32Array.from(starts, (start) => mean(squares.slice(start, start + length))),
    windows,
  );
  const covered = [...line.keys()].filter((step) => !Number.isNaN(line[step]));
  const truth = covered.map((step) => strange.some(({ from, to }) => step >= from && step < to));
  const auc = (scores: Float32Array) => rocAuc(covered.map((step) => scores[step]), truth); // prettier-ignore
  for (const each of [model, windows]) each.dispose();
  return { auc: auc(line), plain: auc(plain), steps: values.length, covered: covered.length };
}

export const compare = ({ auc, plain }: { auc: number; plain: number }): Comparison[] => [
  {
    what: 'machine temperature: ROC AUC of the timeline, steps within the stretches that the benchmark calls strange',
    ours: auc,
    decimals: 3,
    reference: plain,
    source: 'squared distance from the mean, over the same windows',
  },
];
