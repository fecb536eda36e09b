import { adam, autoencoder, dataset, dense, readTable, type Dataset, type Gpu } from '../../../src/index.ts';
import { mean, standardError } from '../../analysis/statistics.ts';
import { shortened, type Machine, type Work } from '../row.ts';
import type { Comparison } from '../protocol.ts';

const source = 'TensorFlow’s autoencoder tutorial';

export const settings = (machine: Machine) => ({
  'ECG5000, dense': '140-32-16-8-16-32-140, relu and sigmoid',
  'its loss': 'mae',
  'its epochs': shortened(machine, 20),
  'its batch': 512,
  'its splits': shortened(machine, 5),
});

/** All heartbeats, 140 numbers each, labelled 1 if normal, else 0. */
async function beats(gpu: Gpu): Promise<Dataset> {
  const rows: number[] = [];
  const labels: number[] = [];
  for (const which of ['train', 'test']) {
    const table = await readTable(await fetch(`/data/ecg5000-${which}.csv.gz`), { label: 'class' });
    const columns = table.columns.map(({ name }) => table.values(name));
    for (let row = 0; row < table.length; row++) for (const column of columns) rows.push(column[row]);
    for (const label of table.labels!) labels.push(Number(table.classes![label] === '1'));
  }
  return dataset(gpu, Float32Array.from(rows), { shape: [rows.length / labels.length], labels });
}

/** Trained on normal beats alone, with a limit of the mean training error plus one standard deviation: which beats of the rest are normal? */
async function ofSplit({ gpu, fit }: Work, all: Dataset, { 'its epochs': epochs, 'its batch': batch }: ReturnType<typeof settings>, seed: number) {
  const [train, test] = all.split(0.8, { seed });
  const normal = train.filter((label) => label === 1);
  const model = await autoencoder(gpu, {
    input: all.features,
    encoder: [dense(32, 'relu'), dense(16, 'relu'), dense(8, 'relu')],
    decoder: [dense(16, 'relu'), dense(32, 'relu'), dense(all.features, 'sigmoid')],
    loss: 'mae',
    seed,
  });
  await fit(`ECG5000, split ${seed}`, model, normal, { epochs, batchSize: batch, optimizer: adam(1e-3) });
  const errors = await model.errors(normal);
  const center = mean(errors);
  const limit = center + Math.sqrt(mean(errors.map((error) => (error - center) ** 2)));
  const called = Array.from(await model.errors(test), (error) => Number(error < limit));
  model.dispose();
  const count = (says: number, is: number) => called.filter((call, i) => call === says && test.labels![i] === is).length;
  const hits = count(1, 1);
  return {
    accuracy: (hits + count(0, 0)) / called.length,
    precision: hits / (hits + count(1, 0)),
    recall: hits / (hits + count(0, 1)),
  };
} // prettier-ignore

/** Means over several splits of four fifths and one, as the tutorial divides them. */
export async function measure(work: Work, settings: Parameters<typeof ofSplit>[2], seed: number) {
  const all = await beats(work.gpu);
  const found: Awaited<ReturnType<typeof ofSplit>>[] = [];
  for (let split = 0; split < settings['its splits']; split++)
    found.push(await ofSplit(work, all, settings, seed + split));
  all.dispose();
  const of = (name: 'accuracy' | 'precision' | 'recall') => mean(found.map((each) => each[name]));
  const spread = found.length > 1 ? standardError(found.map(({ accuracy }) => accuracy)) : 0;
  return { accuracy: of('accuracy'), precision: of('precision'), recall: of('recall'), spread };
}

export function compare({ accuracy, precision, recall, spread }: Awaited<ReturnType<typeof measure>>): Comparison[] {
  const what = (figure: string) => `ECG5000: ${figure} of calling a beat normal`;
  return [
    { what: what('accuracy'), ours: accuracy, decimals: 3, standardError: spread, reference: 0.944, source, asked: 'at least 0.944', holds: accuracy >= 0.944 },
    { what: what('precision'), ours: precision, decimals: 3, reference: 0.992, source },
    { what: what('recall'), ours: recall, decimals: 3, reference: 0.907, source },
  ]; // prettier-ignore
}
