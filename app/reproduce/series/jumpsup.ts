import { adam, autoencoder, conv1d, convTranspose1d, dropout, intervals, series, standardize, timeline } from '../../../src/index.ts'; // prettier-ignore
import { epochsInTime, type Machine, type Work } from '../row.ts';
import type { Comparison } from '../protocol.ts';
import { labelledSeries } from './labelled.ts';

export const settings = (machine: Machine) => ({
  'art_daily, convolutional': 'conv1d(32, 7), conv1d(16, 7) of stride 2, and back; dropout 0.2',
  'its windows': 288,
  'its epochs at most': epochsInTime(machine, 50, 12),
  'its batch size': 128,
});

/** Trained on a series that is as it should be, with the largest error there as the limit: which stretches of another are above it? */
export async function measure(
  { gpu, fit }: Work,
  { 'its windows': length, 'its epochs at most': epochs, 'its batch size': batch }: ReturnType<typeof settings>,
  seed: number,
) {
  const { table: normal } = await labelledSeries('art_daily_small_noise');
  const { table, strange } = await labelledSeries('art_daily_jumpsup');
  const [training, test] = [await series(gpu, normal, { length }), await series(gpu, table, { length })];
  const same = { stride: 2, padding: 'same' } as const;
  const model = await autoencoder(gpu, {
    input: [length, 1],
    encoder: [conv1d(32, 7, 'relu', same), dropout(0.2), conv1d(16, 7, 'relu', same)],
    decoder: [
      convTranspose1d(16, 7, 'relu', same),
      dropout(0.2),
      convTranspose1d(32, 7, 'relu', same),
      convTranspose1d(1, 7, 'linear', { padding: 'same' }),
    ],
    loss: 'mse',
    normalize: standardize(),
    seed,
  });
  const options = { epochs, batchSize: batch, optimizer: adam(1e-3), validation: 0.1, patience: 5 };
  await fit('art_daily_small_noise', model, training, options);
  const limit = (await model.errors(training)).reduce((most, error) => Math.max(most, error), 0);
  const errors = await model.errors(test);
  const found = intervals(timeline(errors, test, { combine: 'min' }), limit);
  const means = intervals(timeline(errors, test), limit);
  const [{ from, to }] = strange;
  for (const each of [model, training, test]) each.dispose();
  return {
    stretches: found.length,
    inside: found.filter((each) => each.from >= from && each.to <= to).length,
    means: means.length,
    meeting: means.filter((each) => each.from < to && each.to > from).length,
    over: errors.reduce((most, error) => Math.max(most, error), 0) / limit,
    ...(found.length && { first: found[0].from, last: found.at(-1)!.to - 1 }),
  };
}

export function compare({ stretches, inside, means, meeting, over }: Awaited<ReturnType<typeof measure>>): Comparison[] {
  const source = 'keras-io’s time-series anomalies';
  const asOne = (what: string, ours: number) => ({ what, ours, decimals: 0, reference: 1, source, asked: '1', holds: ours === 1 });
  return [
    asOne('art_daily_jumpsup: stretches of which all windows are above the largest training error', stretches),
    asOne('of them, within the stretch that the benchmark calls strange', inside),
    { what: 'stretches where the mean of the windows is above it', ours: means, decimals: 0, asked: '1', holds: means === 1 },
    { what: 'of them, those that meet the strange one', ours: meeting, decimals: 0, asked: '1', holds: meeting === 1 },
    { what: 'its largest error, in largest training errors', ours: over, decimals: 2 },
  ];
} // prettier-ignore
