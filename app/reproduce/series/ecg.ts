import { adam, autoencoder, dense, readTable } from '../../../src/index.ts';
import { mean } from '../../analysis/statistics.ts';
import { shortened, type Machine, type Work } from '../row.ts';
import type { Comparison } from '../protocol.ts';

const source = 'TensorFlow’s autoencoder tutorial';

export const settings = (machine: Machine) => ({
  'ECG5000, dense': '140-32-16-8-16-32-140, relu and sigmoid',
  'its loss': 'mae',
  'its epochs': shortened(machine, 20),
  'its batch': 512,
});

/** Heartbeats: of each its 140 numbers, and whether it is normal. */
async function beats(which: 'train' | 'test') {
  const table = await readTable(await fetch(`/data/ecg5000-${which}.csv.gz`), { label: 'class' });
  const columns = table.columns.map(({ name }) => table.values(name));
  const values = Float32Array.from({ length: table.length * columns.length }, (_, i) =>
    Number(columns[i % columns.length][Math.floor(i / columns.length)]),
  );
  return { values, size: columns.length, normal: Array.from(table.labels!, (label) => table.classes![label] === '1') };
}

/** Trained on normal beats alone, with a limit of the mean training error plus one standard deviation: which test beats are normal? */
export async function measure({ gpu, watch }: Work, { 'its epochs': epochs, 'its batch': batch }: ReturnType<typeof settings>, seed: number) {
  const [train, test] = [await beats('train'), await beats('test')];
  const { size } = train;
  const normal = Float32Array.from(
    train.normal.flatMap((is, i) => (is ? [...train.values.subarray(i * size, (i + 1) * size)] : [])),
  );
  const model = await autoencoder(gpu, {
    input: size,
    encoder: [dense(32, 'relu'), dense(16, 'relu'), dense(8, 'relu')],
    decoder: [dense(16, 'relu'), dense(32, 'relu'), dense(size, 'sigmoid')],
    loss: 'mae',
    seed,
  });
  await watch(`ECG5000, seed ${seed}`, batch, (reports) => model.fit(normal, { epochs, batchSize: batch, optimizer: adam(1e-3), ...reports }));
  const errors = await model.errors(normal);
  const center = mean(errors);
  const limit = center + Math.sqrt(mean(errors.map((error) => (error - center) ** 2)));
  const called = Array.from(await model.errors(test.values), (error) => error < limit);
  model.dispose();
  const count = (says: boolean, is: boolean) => called.filter((call, i) => call === says && test.normal[i] === is).length;
  const hits = count(true, true);
  return {
    accuracy: (hits + count(false, false)) / called.length,
    precision: hits / (hits + count(true, false)),
    recall: hits / (hits + count(false, true)),
  };
} // prettier-ignore

export function compare({ accuracy, precision, recall }: Awaited<ReturnType<typeof measure>>): Comparison[] {
  const what = (figure: string) => `ECG5000: ${figure} of calling a beat normal`;
  return [
    { what: what('accuracy'), ours: accuracy, decimals: 3, reference: 0.944, source, asked: 'at least 0.944', holds: accuracy >= 0.944 },
    { what: what('precision'), ours: precision, decimals: 3, reference: 0.992, source },
    { what: what('recall'), ours: recall, decimals: 3, reference: 0.907, source },
  ]; // prettier-ignore
}
