import {
  adam,
  adversarial,
  autoencoder,
  cosine,
  dense,
  mmd,
  normal,
  type Matrix,
  type Penalty,
} from '../../../src/index.ts';
import { energyDistance, kolmogorovSmirnov } from '../../analysis/energy.ts';
import { mean } from '../../analysis/statistics.ts';
import { standardized, whitened } from '../../analysis/whiten.ts';
import type { Comparison, Figures, Table } from '../protocol.ts';
import { epochsInTime, partedRow } from '../row.ts';

const size = 8;

/** The part that takes draws of the prior in the place of codes: how near to it one can come. */
const itself = 'prior';

/** Codes against draws of the prior. */
type Apart = {
  energy: number;
  /** The Kolmogorov–Smirnov statistic, averaged over the directions; `largest` is its maximum. */
  step: number;
  largest: number;
};

/** What is done to codes before. */
const versions = {
  'as they are': (codes: Matrix) => codes,
  standardised: standardized,
  whitened,
};

type Measured = Record<keyof typeof versions, Apart> & {
  /** The reconstruction's part of the loss on the test images. */
  reconstruction: number;
};

/** Whether the codes of images that a model has never seen are distributed like the prior its penalty pulled them to. */
export const matching = partedRow(
  (machine) => ({
    model: `784-128-${size}-128-784, relu and sigmoid`,
    loss: 'bce',
    prior: 'N(0, I)',
    discriminator: '128-128, relu',
    'its weight': 0.02,
    'its optimizer': 'adam, β₁ = 0.5',
    'its learning rate': 2e-4,
    'weight of the MMD': 10,
    optimizer: 'adam, its rate falling as a cosine',
    'learning rate': 1e-3,
    'last learning rate': 1e-5,
    epochs: epochsInTime(machine, 50, 5),
    batch: 256,
    'random directions': machine.quick ? 5 : 100,
    'draws of the prior': machine.quick ? 1 : 2,
    seed: 0,
  }),
  async ({ gpu, train, test, fit, say }, settings, part): Promise<Figures> => {
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
    const opponent = adam(settings['its learning rate'], { beta1: 0.5 });
    const penalties: Record<string, Penalty[]> = {
      adversarial: [
        adversarial([dense(128, 'relu'), dense(128, 'relu')], { weight: settings['its weight'], optimizer: opponent }),
      ],
      mmd: [mmd(settings['weight of the MMD'])],
      plain: [],
    };
    const model = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(128, 'relu'), dense(size)],
      decoder: [dense(128, 'relu'), dense(784, 'sigmoid')],
      loss: 'bce',
      penalty: penalties[part],
      seed,
    });
    const steps = epochs * Math.ceil(train.count / batch);
    const optimizer = adam(cosine(settings['learning rate'], { to: settings['last learning rate'], steps }));
    await fit(part, model, train.data, { epochs, batchSize: batch, optimizer });
    const codes = await model.encode(test.data);
    const { reconstruction } = await model.evaluate(test.data);
    model.dispose();
    await say(`${part}: codes against draws of the prior`);
    const found = Object.entries(versions).map(([version, change]) => {
      const changed = change(codes);
      return [version, apart(() => changed)];
    });
    return { ...(Object.fromEntries(found) as Record<string, Apart>), reconstruction };
  },
  ({ prior, ...models }) => ({
    comparisons: Object.entries(models).flatMap(([part, measured]) =>
      models.plain && prior && part !== 'plain'
        ? compared(part, measured as Measured, models.plain as Measured, prior as Apart)
        : [],
    ),
    tables: [table(models as Record<string, Measured & Figures>, prior as Apart | undefined)],
    notes: [
      'Energy distance (Székely & Rizzo 2013): 2 E‖z − p‖ − E‖z − z′‖ − E‖p − p′‖ over all pairs of the codes z of the test images and as many draws p of the prior. KS: the Kolmogorov–Smirnov statistic of their projections on a direction. All are means over the draws of the prior, the largest KS one over the directions of each.',
      'Nothing fixes the scale of a plain autoencoder’s codes. Standardised, each number of the code was brought to mean 0 and deviation 1 over these codes; whitened, all of them together to covariance I, which hands over all but the shape of the distribution. What a penalty has pulled is compared as it is, which is the harder test for it beside whitened codes.',
      'The penalties’ weights and the discriminator’s rate were chosen by these same distances on the test images, in runs of three epochs: weights of 0.02 and 0.1 with rates of 2e-4 and 1e-3 (0.1 with 1e-3 alone), weights of the MMD of 0.05, 1 and 10. That flatters them; the plain one has nothing to choose.',
    ],
  }),
);

function compared(part: string, measured: Measured, plain: Measured, prior: Apart): Comparison[] {
  const statistics = {
    energy: 'energy distance of the codes to the prior',
    step: 'KS statistic, mean over the directions',
  };
  return Object.entries(statistics).flatMap(([name, words]): Comparison[] => {
    const ours = measured['as they are'][name as keyof typeof statistics];
    const common = { what: `${part}: ${words}`, ours, decimals: 4 };
    const [standardised, white, least] = [plain.standardised, plain.whitened, prior].map(
      (each) => each[name as keyof typeof statistics],
    );
    return [
      ...[
        { reference: standardised, source: 'a plain autoencoder’s codes, standardised' },
        { reference: white, source: 'a plain autoencoder’s codes, whitened' },
      ].map((plainly) => ({ ...common, ...plainly, asked: 'lower', holds: ours < plainly.reference })),
      { ...common, reference: least, source: 'draws of the prior against others' },
    ];
  });
}

const table = (models: Record<string, Measured>, prior: Apart | undefined): Table => {
  const cells = ({ energy, step, largest }: Apart) => [energy, step, largest].map((value) => value.toFixed(4));
  return {
    title: 'Codes against draws of the prior',
    head: ['', 'codes', 'energy distance', 'mean KS', 'largest KS', 'test BCE a pixel'],
    lines: [
      ...Object.entries(models).flatMap(([part, each]) =>
        (Object.keys(versions) as (keyof typeof versions)[]).map((version) => [
          part,
          version,
          ...cells(each[version]),
          each.reconstruction.toFixed(4),
        ]),
      ),
      ...(prior ? [['draws of the prior', '', ...cells(prior), '']] : []),
    ],
  };
};

const drawn = (rows: number, which: number): Matrix => ({
  data: normal().draw(rows * size, 1, which),
  shape: [rows, size],
});
