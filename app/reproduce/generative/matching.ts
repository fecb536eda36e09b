import { adam, adversarial, autoencoder, dense, mmd, normal, type Matrix, type Penalty } from '../../../src/index.ts';
import { energyDistance, kolmogorovSmirnov } from '../../analysis/energy.ts';
import { mean } from '../../analysis/statistics.ts';
import { whitened } from '../../analysis/whiten.ts';
import type { Comparison, Figures, Table } from '../protocol.ts';
import { epochsInTime, partedRow } from '../row.ts';

const size = 8;

const penalties: Record<string, Penalty[]> = {
  adversarial: [adversarial([dense(128, 'relu'), dense(128, 'relu')], { weight: 0.02 })],
  mmd: [mmd(0.05)],
  plain: [],
};

/** The part that takes draws of the prior in the place of codes: how near to it one can come. */
const itself = 'prior';

/** Codes against draws of the prior. */
type Apart = {
  energy: number;
  /** the Kolmogorov–Smirnov statistic: the mean over the directions, and the largest */
  step: number;
  largest: number;
};

type Measured = Apart & {
  /** the same of the codes brought to mean 0 and covariance I */
  whitenedEnergy: number;
  whitenedStep: number;
  whitenedLargest: number;
  /** the reconstruction's part of the loss on the test images */
  reconstruction: number;
};

/** Whether the codes of images that a model has never seen are distributed like the prior its penalty pulled them to. */
export const matching = partedRow(
  (machine) => ({
    model: `784-128-${size}-128-784, relu and sigmoid`,
    loss: 'bce',
    prior: 'N(0, I)',
    penalties: 'adversarial([dense(128, relu), dense(128, relu)], weight 0.02) and mmd(0.05)',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: epochsInTime(machine, 50, 3),
    batch: 256,
    'random directions': machine.quick ? 5 : 100,
    'draws of the prior': machine.quick ? 1 : 3,
    seed: 0,
  }),
  async ({ gpu, train, test, watch, say }, settings, part): Promise<Figures> => {
    const { epochs, batch, seed, 'random directions': count, 'draws of the prior': draws } = settings;
    const directions = drawn(count, 2 * draws);
    const apart = (codes: (draw: number) => Matrix): Apart => {
      const found = Array.from({ length: draws }, (_, draw) => {
        const prior = drawn(test.count, draw);
        const steps = kolmogorovSmirnov(codes(draw), prior, directions);
        return { energy: energyDistance(codes(draw), prior), step: mean(steps), largest: Math.max(...steps) };
      });
      const of = (name: keyof Apart) => mean(found.map((each) => each[name]));
      return { energy: of('energy'), step: of('step'), largest: of('largest') };
    };
    if (part === itself) {
      await say('draws of the prior against others');
      return apart((draw) => drawn(test.count, draws + draw));
    }
    const model = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(128, 'relu'), dense(size)],
      decoder: [dense(128, 'relu'), dense(784, 'sigmoid')],
      loss: 'bce',
      penalty: penalties[part],
      seed,
    });
    await watch(part, batch, (reports) =>
      model.fit(train.data, { epochs, batchSize: batch, optimizer: adam(settings['learning rate']), ...reports }),
    );
    const codes = await model.encode(test.data);
    const { reconstruction } = await model.evaluate(test.data);
    model.dispose();
    await say(`${part}: codes against draws of the prior`);
    const white = whitened(codes);
    const { energy, step, largest } = apart(() => white);
    return {
      ...apart(() => codes),
      whitenedEnergy: energy,
      whitenedStep: step,
      whitenedLargest: largest,
      reconstruction,
    };
  },
  (parts) => {
    const { plain, prior, ...pulled } = parts as Record<string, Measured>;
    return {
      comparisons: Object.entries(pulled).flatMap(([part, measured]) => compared(part, measured, plain, prior)),
      tables: [table({ ...pulled, plain }, prior)],
      notes: [
        `Energy distance (Székely & Rizzo 2013): 2 E‖z − p‖ − E‖z − z′‖ − E‖p − p′‖ over all pairs of the codes z of the test images and as many draws p of the prior. KS: the Kolmogorov–Smirnov statistic of their projections on a direction. All are means over the draws of the prior.`,
        'Whitened codes were moved, turned and stretched to the mean and the covariance of the prior, by their own ones: that gives the plain autoencoder for nothing all but the shape of the distribution. The codes that a penalty has pulled are taken as they are.',
      ],
    };
  },
);

function compared(part: string, ours: Measured, plain: Measured, prior: Measured): Comparison[] {
  const beside = (what: string, decimals: number, mine: number, whitened: number, least: number): Comparison[] => [
    {
      what: `${part}: ${what}`,
      ours: mine,
      decimals,
      reference: whitened,
      source: 'a plain autoencoder’s codes, whitened',
      asked: 'lower',
      holds: mine < whitened,
    },
    { what: `${part}: ${what}`, ours: mine, decimals, reference: least, source: 'draws of the prior against others' },
  ];
  return [
    ...beside('energy distance of the codes to the prior', 4, ours.energy, plain.whitenedEnergy, prior.energy),
    ...beside('KS statistic, mean over the directions', 4, ours.step, plain.whitenedStep, prior.step),
  ];
}

const table = (models: Record<string, Measured>, prior: Apart): Table => ({
  title: 'Codes against draws of the prior',
  head: ['', 'energy distance', 'whitened', 'mean KS', 'whitened', 'largest KS', 'whitened', 'test BCE a pixel'],
  lines: [
    ...Object.entries(models).map(([part, each]) => [
      part,
      ...[each.energy, each.whitenedEnergy, each.step, each.whitenedStep, each.largest, each.whitenedLargest].map(
        (value) => value.toFixed(4),
      ),
      each.reconstruction.toFixed(4),
    ]),
    [itself, prior.energy.toFixed(4), '', prior.step.toFixed(4), '', prior.largest.toFixed(4), '', ''],
  ],
});

const drawn = (rows: number, which: number): Matrix => ({
  data: normal().draw(rows * size, 1, which),
  shape: [rows, size],
});
