import { adam, autoencoder, dense, rocAuc, series, standardize, timeline } from '../../../src/index.ts';
import { mean } from '../../analysis/statistics.ts';
import type { Comparison, Table } from '../protocol.ts';
import { shortened, type Machine, type Work } from '../row.ts';
import { labelledSeries } from './labelled.ts';

export const settings = (machine: Machine) => ({
  'machine temperature, dense': '288-64-code-64-288, relu and linear',
  'of windows that begin so many steps apart': 6,
  'epochs of it': shortened(machine, 40),
});

const length = 288;
const codes = [2, 8] as const;

/** Do the errors of windows, brought back to the steps, tell where the strange stretches are? Trained on all windows, or on those that have no part in these. */
export async function measure(
  { gpu, fit }: Work,
  { 'of windows that begin so many steps apart': stride, 'epochs of it': epochs }: ReturnType<typeof settings>,
  seed: number,
) {
  const { table, strange } = await labelledSeries('machine_temperature_system_failure');
  const windows = await series(gpu, table, { length, stride });
  const usual = windows.filter(
    (_, i) => !strange.some(({ from, to }) => i * stride < to && i * stride + length > from),
  );
  const values = Array.from(table.values('value'));
  const center = mean(values);
  const squares = values.map((value) => (value - center) ** 2);
  const starts = Array.from(windows.indices, (window) => window * stride);
  // The same windows, each scored by its squares alone: what a model that always answers the mean would say.
  const plain = timeline(
    Float32Array.from(starts, (start) => mean(squares.slice(start, start + length))),
    windows,
  );
  const covered = [...plain.keys()].filter((step) => !Number.isNaN(plain[step]));
  const truth = covered.map((step) => strange.some(({ from, to }) => step >= from && step < to));
  const auc = (line: Float32Array) => rocAuc(covered.map((step) => line[step]), truth); // prettier-ignore
  const ofCode = async (code: number, data: typeof windows, title: string) => {
    const model = await autoencoder(gpu, {
      input: length,
      encoder: [dense(64, 'relu'), dense(code, 'linear')],
      decoder: [dense(64, 'relu'), dense(length, 'linear')],
      loss: 'mse',
      normalize: standardize(),
      seed,
    });
    const options = { epochs, batchSize: 128, optimizer: adam(1e-3) };
    await fit(`machine temperature, a code of ${code}, ${title}`, model, data, options);
    const line = timeline(await model.errors(windows), windows);
    model.dispose();
    return auc(line);
  };
  const result = {
    usual2: await ofCode(2, usual, 'usual windows'),
    usual8: await ofCode(8, usual, 'usual windows'),
    all2: await ofCode(2, windows, 'all windows'),
    all8: await ofCode(8, windows, 'all windows'),
    plain: auc(plain),
  };
  windows.dispose();
  return result;
}

type Measured = Awaited<ReturnType<typeof measure>>;

export const compare = ({ usual2, plain }: Measured): Comparison[] => [
  {
    what: 'machine temperature: ROC AUC of the timeline, a code of 2, trained on usual windows',
    ours: usual2,
    decimals: 3,
    reference: plain,
    source: 'squared distance from the mean, over the same windows',
  },
];

export const tables = (measured: Measured): Table[] => [
  {
    title: 'Machine temperature, ROC AUC of the timeline for the steps that the benchmark calls strange',
    head: ['trained on', ...codes.map((code) => `a code of ${code}`)],
    lines: [
      ['windows without a strange step', ...codes.map((code) => measured[`usual${code}`].toFixed(3))],
      ['all windows', ...codes.map((code) => measured[`all${code}`].toFixed(3))],
    ],
  },
];
