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
  (parts) => ({
    comparisons: [...Object.keys(members), images].flatMap((part) => compared(part, parts as Record<string, Measured>)),
    tables: [howTrained(parts as Record<string, Measured>), howNear(parts as Record<string, Measured>)],
    notes: [],
  }),
);

const rows = ({ pixels }: ExampleSet, from: number, to: number): Matrix => ({
  data: Float32Array.from(pixels.subarray(from * features, to * features), (byte) => byte / 255),
  shape: [to - from, features],
});

const titleOf = (part: string) => members[part]?.title ?? 'training images in the place of samples';

/** Which model is expected above which. */
const above: Record<string, string> = { gan: 'contractive', adversarial: 'gan' };

function compared(part: string, parts: Record<string, Measured>): Comparison[] {
  const { density, error, control, controlError } = parts[part];
  const { paper, control: left } = members[part] ?? {};
  const lower = above[part];
  const what = (name: string) => `${name}: log-density of the test images, nats`;
  return [
    {
      what: what(titleOf(part)),
      ours: density,
      decimals: 1,
      standardError: error,
      ...(paper && { reference: paper.figure, source: paper.source }),
      ...(lower && { asked: `more than the ${titleOf(lower)}`, holds: density > parts[lower].density }),
    },
    ...(control === undefined
      ? []
      : [{ what: what(`the same with ${left}`), ours: control, decimals: 1, standardError: controlError }]),
  ];
}

const howTrained = (parts: Record<string, Measured>): Table => ({
  title: 'How each was trained',
  head: ['', 'layers', 'epochs', 'minutes'],
  lines: Object.entries(members).map(([part, { title, layers }]) => {
    const { epochs, minutes } = parts[part];
    return [title, layers, `${epochs}`, minutes!.toFixed(1)];
  }),
});

const howNear = (parts: Record<string, Measured>): Table => ({
  title: 'Its window, and how near its samples and the images are to each other',
  head: [
    '',
    'σ',
    'log-density of the images held back',
    'from a test image to the nearest sample',
    'from a sample to the nearest training image',
  ],
  lines: [...Object.keys(members), images].map((part) => {
    const { sigma, held, toSample, toImage } = parts[part];
    return [titleOf(part), sigma.toFixed(3), held.toFixed(1), toSample.toFixed(2), toImage.toFixed(2)];
  }),
});
