import {
  adam,
  autoencoder,
  classifier,
  cosine,
  dense,
  dropout,
  gaussian,
  type Dataset,
  type Matrix,
} from '../../src/index.ts';
import { epochsInTime, row } from './row.ts';

const classes = 10;

/** Sohn et al. 2015: digits drawn for a label, told by a classifier that has learned from real ones. */
export const conditional = row(
  (machine) => ({
    model: '784-256-10-256-784, relu, gaussian, sigmoid, told the label',
    loss: 'bce',
    beta: 4,
    classifier: '784-400-10, relu, dropout 0.2',
    optimizer: 'adam, its rate falling as a cosine',
    'learning rate': 2e-3,
    'last learning rate': 1e-5,
    epochs: epochsInTime(machine, 20, 3),
    'epochs of the classifier': epochsInTime(machine, 20, 6),
    batch: 128,
    'digits drawn for each label': machine.quick ? 10 : 1000,
    seed: 0,
  }),
  async ({ gpu, train, test, fit, watch, say }, settings) => {
    const { epochs, batch, seed, 'epochs of the classifier': judging, 'digits drawn for each label': count } = settings;
    const rate = (epochs: number) =>
      adam(
        cosine(settings['learning rate'], {
          to: settings['last learning rate'],
          steps: epochs * Math.ceil(train.count / batch),
        }),
      );
    const start = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(400, 'relu'), dropout(0.2)],
      decoder: [dense(784)],
      loss: 'mse',
      seed,
    });
    const judge = await classifier(gpu, { encoder: start.encoder, classes, seed });
    start.dispose();
    await watch('the classifier', batch, (reports) =>
      judge.fit(train.data, train.labels, { epochs: judging, batchSize: batch, optimizer: rate(judging), ...reports }),
    );
    const { accuracy } = await judge.evaluate(test.data, test.labels);

    const model = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(256, 'relu'), gaussian(10, { beta: settings.beta })],
      decoder: [dense(256, 'relu'), dense(784, 'sigmoid')],
      loss: 'bce',
      condition: { classes },
      seed,
    });
    const options = { epochs, batchSize: batch, optimizer: rate(epochs) };
    await fit('784-256-10-256-784, told the label', model, train.data, options);
    await say('digits drawn for each label');
    const called = async (data: Dataset | Matrix, label: number) => {
      const { labels } = await judge.predict(data);
      return (100 * labels.filter((found) => found === label).length) / labels.length;
    };
    const lines: { label: number; drawn: number; real: number }[] = [];
    for (let label = 0; label < classes; label++) {
      const drawn = await called(await model.sample(count, { label, seed: 1 }), label);
      const images = test.data.filter((own) => own === label);
      lines.push({ label, drawn, real: await called(images, label) });
      images.dispose();
    }
    const { reconstruction, kl } = await model.evaluate(test.data);
    model.dispose();
    judge.dispose();
    const right = lines.reduce((sum, { drawn }) => sum + drawn, 0) / classes;
    return {
      comparisons: [
        {
          what: 'the classifier: test images called by their label, %',
          ours: 100 * accuracy,
          decimals: 2,
          asked: 'at least 98',
          holds: accuracy >= 0.98,
        },
        {
          what: 'digits drawn for a label that the classifier calls by it, %',
          ours: right,
          decimals: 2,
          reference: '10',
          source: 'chance',
          asked: 'at least 95',
          holds: right >= 95,
        },
      ],
      tables: [
        {
          title: 'Called by their label, %',
          head: ['label', 'drawn for it', 'test images of it'],
          lines: lines.map(({ label, drawn, real }) => [`${label}`, drawn.toFixed(1), real.toFixed(1)]),
        },
      ],
      notes: [
        `The classifier has never seen a drawn digit. The model's test reconstruction term is ${reconstruction.toFixed(2)} nats an image, its KL ${kl!.toFixed(2)}.`,
      ],
    };
  },
);
