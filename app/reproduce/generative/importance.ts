import { adam, autoencoder, cosine, dataset, dense, gaussian, uniform } from '../../../src/index.ts';
import { mean, standardError } from '../../analysis/statistics.ts';
import type { Comparison, Figures, Table } from '../protocol.ts';
import { partedRow, type ExampleSet } from '../row.ts';
import { linearGaussian } from './linear-gaussian.ts';

/** Of each test image −log p(x), by name of its number. */
type Measured = Record<string, number>;

/** Models by samples of an example: of the bound's own, or of a VAE whose loss is a mean over them. */
const models = {
  'vae-1': { words: 'VAE, k = 1', k: 1, bound: false, paper: 86.76 },
  'vae-5': { words: 'VAE, k = 5', k: 5, bound: false, paper: 86.47 },
  'iwae-5': { words: 'IWAE, k = 5', k: 5, bound: true, paper: 85.54 },
  'iwae-50': { words: 'IWAE, k = 50', k: 50, bound: true, paper: 84.78 },
} as const;
type Name = keyof typeof models;

/** Burda et al. 2016: what the bound of several samples is worth, at equal passes through the images. */
export const importance = partedRow(
  ({ quick, software }) => ({
    model: '784-200-200-50-200-200-784, tanh, gaussian, sigmoid',
    loss: 'bce, on pixels drawn once as 0 or 1',
    'training images': quick ? 128 : software ? 10_000 : 60_000,
    passes: quick ? 1 : software ? 8 : 200,
    'batch, images': 100,
    optimizer: 'adam, its rate falling as a cosine',
    'learning rate': 1e-3,
    'last learning rate': 1e-5,
    'test images': quick ? 4 : software ? 200 : 1000,
    'importance samples': quick ? 10 : software ? 1000 : 5000,
    seed: 0,
  }),
  async (work, settings, part): Promise<Figures> => {
    if (part === 'linear') return linearGaussian(work, settings.seed);
    const { k, bound, words } = models[part as Name];
    const { gpu, fit, say } = work;
    const { passes, seed, 'batch, images': images } = settings;
    const pixels = drawn(work.train, settings['training images'], seed);
    // The mean over k samples of each image is that over k rows that are the same.
    const copies = bound ? 1 : k;
    const data = await dataset(gpu, repeated(pixels, copies), { shape: [784] });
    const batchSize = Math.min(images * copies, data.length);
    const model = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(200, 'tanh'), dense(200, 'tanh'), gaussian(50, { samples: bound ? k : 1 })],
      decoder: [dense(200, 'tanh'), dense(200, 'tanh'), dense(784, 'sigmoid')],
      loss: 'bce',
      seed,
    });
    const steps = passes * Math.ceil(data.length / batchSize);
    const optimizer = adam(cosine(settings['learning rate'], { to: settings['last learning rate'], steps }));
    // Images lie in an order drawn once, copies beside each other.
    await fit(words, model, data, { epochs: passes, batchSize, optimizer, shuffle: false });
    await say(`${words}: −log p(x) of test images by importance samples`);
    const likelihoods = await model.logLikelihood(drawn(work.test, settings['test images'], seed), {
      samples: settings['importance samples'],
      seed: 1,
    });
    for (const each of [model, data]) each.dispose();
    return Object.fromEntries(Array.from(likelihoods, (value, i) => [`${i}`, -value]));
  },
  ({ linear, ...found }, settings) => {
    const measured = found as Partial<Record<Name, Measured>>;
    return {
      comparisons: [...ordered(measured), ...(linear ? exact(linear as Record<string, number>) : [])],
      tables: [table(measured)],
      notes: [
        `The paper trains on 60,000 images whose pixels are drawn anew in each of 3,280 passes, in batches of 20: its figures are far lower. Here are ${settings['training images']} images, drawn once, and ${settings.passes} passes: compared are the order and the gaps. All models see the same images in the same order; a VAE of k samples has the mean of their bounds as its loss.`,
        `−log p(x) is the importance-weighted bound of ${settings['importance samples']} samples of each of ${settings['test images']} test images. ± is the standard error of the mean over these images; of a difference, that of the differences of the same images.`,
        'A linear decoder and the density N(y, I) make probabilistic PCA, whose log-likelihood is known: N(b, W Wᵀ + I) (Tipping & Bishop 1999).',
      ],
    };
  },
  { ownData: true },
);

/** Images whose pixels are drawn as 0 or 1, by how bright they are. */
function drawn({ pixels, count }: ExampleSet, most: number, seed: number): Uint8Array {
  const all = pixels.subarray(0, (pixels.length / count) * Math.min(most, count));
  const chances = uniform({ low: 0, high: 1 }).draw(all.length, seed, count);
  return all.map((byte, i) => (chances[i] < byte / 255 ? 255 : 0));
}

/** Each image so many times, one behind the other. */
function repeated(pixels: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(pixels.length * times);
  for (let i = 0; i < all.length / 784; i++)
    all.set(pixels.subarray(784 * Math.floor(i / times), 784 * (Math.floor(i / times) + 1)), 784 * i);
  return all;
}

const values = (measured: Measured): number[] => Object.values(measured);

/** One model below another, image by image. */
function ordered(measured: Partial<Record<Name, Measured>>): Comparison[] {
  const pairs: [better: Name, worse: Name][] = [
    ['vae-5', 'vae-1'],
    ['iwae-5', 'vae-5'],
    ['iwae-50', 'iwae-5'],
  ];
  return pairs.flatMap(([better, worse]): Comparison[] => {
    const [a, b] = [measured[better], measured[worse]];
    if (!a || !b) return [];
    const gaps = values(b).map((value, i) => value - values(a)[i]);
    const gap = mean(gaps);
    return [
      {
        what: `${models[worse].words}: −log p(x) above that of ${models[better].words}, nats`,
        ours: gap,
        standardError: standardError(gaps),
        decimals: 2,
        reference: models[worse].paper - models[better].paper,
        source: 'Burda et al. 2016, table 1',
        ...(better !== 'vae-5' && { asked: 'above 0', holds: gap > 0 }),
      },
    ];
  });
}

const exact = ({ estimate, closed }: Record<string, number>): Comparison[] => [
  {
    what: 'probabilistic PCA: log p(x) by importance samples, nats',
    ours: estimate,
    decimals: 3,
    reference: closed,
    source: 'closed form in float64, computed by this command',
    asked: 'within 0.1',
    holds: Math.abs(estimate - closed) < 0.1,
  },
];

const table = (measured: Partial<Record<Name, Measured>>): Table => ({
  title: '−log p(x) of test images, nats',
  head: ['', 'ours', 'Burda et al. 2016, after 3,280 passes'],
  lines: (Object.keys(models) as Name[]).flatMap((name) => {
    const found = measured[name];
    if (!found) return [];
    const each = values(found);
    return [[models[name].words, `${mean(each).toFixed(2)} ± ${standardError(each).toFixed(2)}`, models[name].paper.toFixed(2)]];
  }),
}); // prettier-ignore
