import {
  adam,
  classifier,
  contractive as contractivePenalty,
  gaussianNoise,
  type Autoencoder,
  type AutoencoderSpec,
  type Dataset,
  type Gpu,
} from '../../src/index.ts';
import { squaredNorms } from '../analysis/contraction.ts';
import { mean, standardError } from '../analysis/statistics.ts';
import { tiedSigmoid } from '../architectures.ts';
import type { Comparison } from './protocol.ts';
import { row, shortened } from './row.ts';

/** Rifai et al. 2011, table 1: the less an encoder answers small changes, the better the classifier that starts from it. */
export const contractive = row(
  (machine) => ({
    model: '784-500-784, sigmoid, tied weights',
    loss: 'bce',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 6),
    batch: 128,
    'gaussian noise of the denoising one': 0.5,
    'weight of the contractive one': 1e-3,
    labels: machine.quick ? 50 : 1000,
    'draws of the labels': machine.quick ? 2 : 4,
    'epochs of fine-tuning': shortened(machine, 40),
    'its batch': 50,
    seed: 0,
  }),
  async ({ gpu, train, test, fit, say }, settings) => {
    const { 'learning rate': rate, epochs, batch, seed } = settings;
    const kinds: Kind[] = [
      {
        name: 'contractive',
        rifai: { norm: '0.73e-4', error: '1.14 %' },
        parts: { penalty: contractivePenalty(settings['weight of the contractive one']) },
      },
      {
        name: 'denoising',
        rifai: { norm: '0.86e-4', error: '1.18 %' },
        parts: { corrupt: gaussianNoise(settings['gaussian noise of the denoising one']) },
      },
      { name: 'plain', rifai: { norm: '17.5e-4', error: '1.78 %' }, parts: {} },
    ];
    const measured: Measured[] = [];
    for (const { name, rifai, parts } of kinds) {
      const model = await tiedSigmoid(gpu, 500, seed, parts);
      await fit(`784-500-784, ${name}`, model, train.data, { epochs, batchSize: batch, optimizer: adam(rate) });
      const weights = await model.weights();
      const norms = squaredNorms(weights['encoder.0.weight'], await model.encode(test.data)).map(Math.sqrt);
      const errors = [];
      for (let draw = 0; draw < settings['draws of the labels']; draw++) {
        await say(`${name}: fine-tuned with ${settings.labels} labels, draw ${draw + 1}`);
        const [labelled] = train.data.split(settings.labels / train.count, { seed: draw });
        errors.push(100 * (1 - (await accuracy(gpu, model, labelled, test.data, settings, draw))));
        labelled.dispose();
      }
      model.dispose();
      measured.push({ name, rifai, norm: mean(norms), errors });
    }
    const norms = measured.map(({ name, rifai, norm }, i): Comparison => {
      const less = i === 0 ? undefined : measured[i - 1];
      return {
        what: `${name}: mean ‖∂h/∂x‖_F on the test images`,
        ours: norm,
        decimals: 2,
        reference: rifai.norm,
        source: 'Rifai et al. 2011, in other units',
        ...(less && { asked: `more than the ${less.name} one’s`, holds: norm > less.norm }),
      };
    });
    const errors = measured.map(({ name, rifai, errors }, i): Comparison => {
      const better = i === 0 ? undefined : measured[i - 1];
      return {
        what: `${name}: test error of the classifier, %`,
        ours: mean(errors),
        decimals: 2,
        standardError: standardError(errors),
        reference: rifai.error,
        source: 'Rifai et al. 2011, with all labels',
        ...(better && { asked: `more than the ${better.name} one’s`, holds: mean(errors) > mean(better.errors) }),
      };
    });
    return {
      comparisons: [...norms, ...errors],
      notes: ['The labels are the same ones for all three. ± is the standard error of the mean over their draws.'],
    };
  },
);

interface Kind {
  name: string;
  /** The figures of Rifai et al. */
  rifai: { norm: string; error: string };
  parts: Partial<AutoencoderSpec>;
}

interface Measured extends Omit<Kind, 'parts'> {
  norm: number;
  /** The error for each draw of the labels, in percent. */
  errors: number[];
}

interface FineTuning {
  'learning rate': number;
  'epochs of fine-tuning': number;
  'its batch': number;
}

/** Of a classifier that starts from the model's encoder, on the test images. */
async function accuracy(
  gpu: Gpu,
  { encoder }: Autoencoder,
  labelled: Dataset,
  test: Dataset,
  settings: FineTuning,
  seed: number,
): Promise<number> {
  const fineTuned = await classifier(gpu, { encoder, classes: 10, seed });
  const options = {
    epochs: settings['epochs of fine-tuning'],
    batchSize: settings['its batch'],
    optimizer: adam(settings['learning rate']),
  };
  await fineTuned.fit(labelled, labelled.labels!, options);
  const { accuracy } = await fineTuned.evaluate(test, test.labels!);
  fineTuned.dispose();
  return accuracy;
}
