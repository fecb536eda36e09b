import {
  adam, autoencoder, conv2d, convTranspose2d, cosine, dataset, vectorQuantizer, type Autoencoder, type Dataset, type Layer,
} from '../../../src/index.ts'; // prettier-ignore
import { meanSquaredError } from '../../analysis/statistics.ts';
import type { Figures } from '../protocol.ts';
import { partedRow } from '../row.ts';

const [entries, dimensions, bits] = [128, 16, 7];

type Measured = {
  /** Of the test images' pixels. */
  error: number;
  /** The same, of a plain model whose codes are as they come. */
  unrounded: number;
  perplexity: number;
  used: number;
};

/** keras-io's VQ-VAE (S. Paul, 2021), beside a plain model whose code has as many bits. */
export const quantised = partedRow(
  ({ quick, software }) => ({
    model: 'keras-io’s: convolutions of 32, 64 and 16 filters down to 7 × 7 places, and back',
    code: `${entries} entries of ${dimensions} numbers`,
    'code of the plain one': '1 number a place from 0 to 1, rounded to 128 levels when it is measured',
    loss: 'mse',
    commitment: 0.25,
    decay: 0.99,
    optimizer: 'adam, its rate falling as a cosine',
    'learning rate': 2e-3,
    'last learning rate': 1e-4,
    'training images': quick ? 256 : software ? 12_800 : 60_000,
    epochs: quick ? 1 : software ? 3 : 30,
    batch: 128,
    seed: 0,
  }),
  async ({ gpu, train, test, fit, say }, settings, part): Promise<Figures> => {
    const { epochs, batch, seed, commitment, decay } = settings;
    const count = Math.min(train.count, settings['training images']);
    const data = await dataset(gpu, train.pixels.subarray(0, 784 * count), { shape: [28, 28, 1] });
    const code: Layer[] =
      part === 'quantised'
        ? [conv2d(dimensions, 1), vectorQuantizer(entries, { commitment, decay })]
        : [conv2d(1, 1, 'sigmoid')];
    const half = { stride: 2, padding: 'same' } as const;
    const twice = { stride: 2, padding: 1, outputPadding: 1 };
    const model = await autoencoder(gpu, {
      input: [28, 28, 1],
      encoder: [conv2d(32, 3, 'relu', half), conv2d(64, 3, 'relu', half), ...code],
      decoder: [
        convTranspose2d(64, 3, 'relu', twice),
        convTranspose2d(32, 3, 'relu', twice),
        conv2d(1, 3, 'linear', { padding: 'same' }),
      ],
      loss: 'mse',
      seed,
    });
    const steps = epochs * Math.ceil(count / batch);
    const optimizer = adam(cosine(settings['learning rate'], { to: settings['last learning rate'], steps }));
    await fit(part, model, data, { epochs, batchSize: batch, optimizer });
    await say(`${part}: test images`);
    const found = await measure(model, test.data, test.pixels, part === 'quantised');
    for (const each of [model, data]) each.dispose();
    return found;
  },
  (parts, settings) => {
    const [ours, plain] = [parts.quantised, parts.plain] as (Measured | undefined)[];
    const source = `a plain model with ${49 * bits} bits too`;
    return {
      comparisons: ours
        ? [
            { what: 'error a pixel (MSE) of test images', ours: ours.error, decimals: 4, ...(plain && { reference: plain.error, source, asked: 'lower', holds: ours.error < plain.error }) },
            { what: 'perplexity of the entries, on test images', ours: ours.perplexity, decimals: 1, asked: 'well above 1: at least 20', holds: ours.perplexity >= 20 },
            { what: 'entries that test images take', ours: ours.used, decimals: 0, reference: entries, source: 'all' },
            ...(plain ? [{ what: 'error a pixel of the plain model, its codes not rounded', ours: plain.unrounded, decimals: 4 }] : []),
          ]
        : [],
      notes: [
        `An image is 7 × 7 of ${entries} entries, 49 × ${bits} bits. The plain model has one number from 0 to 1 in each of these places, which is rounded to one of 128 levels, as many bits; else it is the same. keras-io’s trains for 30 epochs on all images and tells losses in units of the data’s variance; here it is ${settings.epochs} on ${settings['training images']} images.`,
      ],
    }; // prettier-ignore
  },
  { ownData: true },
);

async function measure(model: Autoencoder, data: Dataset, pixels: Uint8Array, quantised: boolean): Promise<Measured> {
  const unrounded = meanSquaredError((await model.reconstruct(data)).data, pixels);
  if (quantised) {
    const { data: taken } = await model.indices(data);
    const counts = new Float64Array(entries);
    for (const entry of taken) counts[entry]++;
    const entropy = counts.reduce((sum, n) => sum - (n ? (n / taken.length) * Math.log(n / taken.length) : 0), 0);
    return { error: unrounded, unrounded, perplexity: Math.exp(entropy), used: counts.filter(Boolean).length };
  }
  const codes = await model.encode(data);
  const levels = 2 ** bits - 1;
  const rounded = { ...codes, data: codes.data.map((value) => Math.round(value * levels) / levels) };
  const error = meanSquaredError((await model.decode(rounded)).data, pixels);
  return { error, unrounded, perplexity: 0, used: 0 };
}
