import { adam, autoencoder, cosine, dataset, deadLatents, dense, topK, unitNorm } from '../../../src/index.ts';
import { mean } from '../../analysis/statistics.ts';
import type { Comparison, Figures } from '../protocol.ts';
import { partedRow } from '../row.ts';
import { activity, largestCosines, plantedDirections, plantedExamples, type Plan } from './planted.ts';

/** Of all, how many are found: their largest cosine to an entry is beyond it. */
const found = 0.9;

type Measured = {
  /** Over the planted directions, of their largest cosines to entries. */
  cosine: number;
  share: number;
  /** Latents that no example of the test set activates. */
  silent: number;
  /** Those that are dead when training ends; only with `deadLatents`. */
  dead: number;
  /** Numbers of a code that are not 0. */
  fewest: number;
  most: number;
  /** Of the test examples' squared length, what the reconstruction leaves. */
  left: number;
};

/**
 * Whether a sparse dictionary finds the directions that its data are made of: with the auxiliary loss for dead latents and new weights for those that
 * it does not revive, with that loss alone, and without both.
 */
export const dictionary = partedRow(
  ({ quick }) => ({
    model: '128-512-128, linear',
    code: 'topK(5)',
    loss: 'mse',
    'planted directions': 512,
    dimensions: 128,
    'active directions an example': 5,
    'least amount': 0.5,
    'largest amount': 1.5,
    examples: quick ? 512 : 40_000,
    'test examples': quick ? 256 : 10_000,
    'dead after examples': 1000,
    'dead latents an example': 2,
    weight: 1,
    'resampled after examples': 5000,
    optimizer: 'adam, its rate falling as a cosine',
    'learning rate': 1e-2,
    'last learning rate': 1e-4,
    epochs: quick ? 1 : 6,
    batch: 64,
    seed: 0,
  }),
  async ({ gpu, fit, say }, settings, part): Promise<Figures> => {
    const { dimensions, epochs, batch, seed } = settings;
    const plan: Plan = {
      directions: settings['planted directions'],
      dimensions,
      active: settings['active directions an example'],
      amounts: [settings['least amount'], settings['largest amount']],
    };
    const planted = plantedDirections(plan, seed);
    const [examples, others] = [settings.examples, settings['test examples']].map((count, which) =>
      plantedExamples(plan, planted, count, seed, which),
    );
    const train = await dataset(gpu, examples, { shape: [dimensions] });
    const revival = deadLatents({
      after: settings['dead after examples'],
      k: settings['dead latents an example'],
      weight: settings.weight,
      ...(part === 'resampled' && { resample: settings['resampled after examples'] }),
    });
    const model = await autoencoder(gpu, {
      input: dimensions,
      encoder: [dense(plan.directions), topK(plan.active)],
      decoder: [dense(dimensions)],
      loss: 'mse',
      penalty: part === 'plain' ? unitNorm() : [unitNorm(), revival],
      seed,
    });
    const steps = epochs * Math.ceil(train.length / batch);
    const optimizer = adam(cosine(settings['learning rate'], { to: settings['last learning rate'], steps }));
    await fit(part, model, train, { epochs, batchSize: batch, optimizer });
    await say(`${part}: entries beside planted directions`);
    const cosines = largestCosines(planted, (await model.weights())['decoder.0.weight']);
    const { ofExamples, ofLatents } = activity(await model.encode(others));
    const { reconstruction, dead = 0 } = await model.evaluate(others);
    const left = reconstruction / mean(others.map((value) => value * value));
    for (const each of [model, train]) each.dispose();
    return {
      cosine: mean(cosines),
      share: mean(cosines.map((each) => Number(each > found))),
      silent: ofLatents.filter((count) => !count).length,
      dead,
      fewest: Math.min(...ofExamples),
      most: Math.max(...ofExamples),
      left,
    };
  },
  ({ resampled, revived, plain }, settings) => {
    const [ours, auxiliary, neither] = [resampled, revived, plain] as (Measured | undefined)[];
    const active = settings['active directions an example'];
    const comparisons: Comparison[] = ours
      ? [
          { what: 'mean over the planted directions of the largest cosine to an entry', ours: ours.cosine, decimals: 3, asked: 'at least 0.9', holds: ours.cosine >= 0.9 },
          { what: 'dead latents when training ends', ours: ours.dead, decimals: 1, asked: 'none', holds: ours.dead === 0 },
          { what: 'latents that no test example activates', ours: ours.silent, decimals: 0, asked: 'none', holds: ours.silent === 0 },
          { what: 'fewest numbers of a test example’s code that are not 0', ours: ours.fewest, decimals: 0, reference: active, source: 'the directions that it is made of', asked: 'as many', holds: ours.fewest === active },
          { what: 'most numbers of a test example’s code that are not 0', ours: ours.most, decimals: 0, reference: active, source: 'the directions that it is made of', asked: 'as many', holds: ours.most === active },
        ]
      : []; // prettier-ignore
    const line = (name: string, { cosine, share, silent, left }: Measured) => [
      name,
      cosine.toFixed(3),
      `${(100 * share).toFixed(1)} %`,
      `${silent}`,
      `${(100 * left).toFixed(2)} %`,
    ];
    return {
      comparisons,
      tables: [
        {
          title: 'With resample, with the auxiliary loss alone, and without both',
          head: ['', 'mean largest cosine', `directions with one above ${found}`, 'latents that no test example activates', 'squared length left'],
          lines: [
            ...(ours ? [line('deadLatents with resample', ours)] : []),
            ...(auxiliary ? [line('deadLatents', auxiliary)] : []),
            ...(neither ? [line('unitNorm alone', neither)] : []),
          ],
        },
      ],
      notes: [
        `Each example is the sum of ${active} of ${settings['planted directions']} directions of length 1, drawn alike from all of space, each times an amount drawn alike between the two above; no noise. Test examples are drawn anew.`,
      ],
    }; // prettier-ignore
  },
  { ownData: true },
);
