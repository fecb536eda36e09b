/** The dense autoencoders of the Keras blog (F. Chollet, 2016). */
import { adam, autoencoder, dense, sparsity, type Gpu, type Penalty } from '../../src/index.ts';
import { mean } from '../analysis/statistics.ts';
import { row, shortened } from './row.ts';

const source = 'Keras blog';

const about = (value: number, reference: number) => ({
  reference: `${reference}`,
  source,
  asked: `about ${reference}`,
  holds: Math.abs(value - reference) < 0.005,
});

export const simple = row(
  (machine) => ({
    model: '784-32-784, relu and sigmoid',
    loss: 'bce',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 50),
    'L1 on the code of the sparse one': 1e-4,
    'its epochs': shortened(machine, 100),
    batch: 256,
    seed: 0,
  }),
  async (
    { gpu, train, test, fit },
    {
      'learning rate': rate,
      epochs,
      'L1 on the code of the sparse one': weight,
      'its epochs': sparseEpochs,
      batch,
      seed,
    },
  ) => {
    const measure = async (title: string, epochs: number, penalty?: Penalty) => {
      const model = await shallow(gpu, seed, penalty);
      const options = { epochs, batchSize: batch, optimizer: adam(rate) };
      const { epochs: history } = await fit(title, model, train.data, options);
      const { reconstruction } = await model.evaluate(test.data);
      const code = mean((await model.encode(test.data)).data);
      model.dispose();
      return { reconstruction, code, train: history.at(-1)!.loss };
    };
    const plain = await measure('784-32-784', epochs);
    const sparse = await measure('784-32-784, sparse', sparseEpochs, sparsity(weight));
    return {
      comparisons: [
        {
          what: 'simple: test BCE a pixel',
          ours: plain.reconstruction,
          decimals: 4,
          ...about(plain.reconstruction, 0.09),
        },
        { what: 'simple: mean code on the test images', ours: plain.code, decimals: 2, reference: '7.30', source },
        {
          what: 'sparse: mean code on the test images',
          ours: sparse.code,
          decimals: 2,
          reference: '3.33',
          source,
          asked: 'under two thirds of the simple one’s',
          holds: sparse.code < (2 / 3) * plain.code,
        },
        {
          what: 'sparse: test BCE a pixel, the penalty left out',
          ours: sparse.reconstruction,
          decimals: 4,
          reference: '0.10',
          source,
        },
        {
          what: 'sparse: loss in the last epoch, the penalty counted',
          ours: sparse.train,
          decimals: 4,
          reference: '0.11',
          source,
        },
      ],
      notes: [],
    };
  },
);

const shallow = (gpu: Gpu, seed: number, penalty?: Penalty) =>
  autoencoder(gpu, {
    input: 784,
    encoder: [dense(32, 'relu')],
    decoder: [dense(784, 'sigmoid')],
    loss: 'bce',
    penalty,
    seed,
  });

export const deep = row(
  (machine) => ({
    model: '784-128-64-32-64-128-784, relu and sigmoid',
    loss: 'bce',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, machine.software ? 60 : 100),
    batch: 256,
    seed: 0,
  }),
  async ({ gpu, machine, train, test, fit }, { 'learning rate': rate, epochs, batch, seed }) => {
    const model = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(128, 'relu'), dense(64, 'relu'), dense(32, 'relu')],
      decoder: [dense(64, 'relu'), dense(128, 'relu'), dense(784, 'sigmoid')],
      loss: 'bce',
      seed,
    });
    await fit('784-128-64-32-64-128-784', model, train.data, { epochs, batchSize: batch, optimizer: adam(rate) });
    const { reconstruction } = await model.evaluate(test.data);
    model.dispose();
    return {
      comparisons: [{ what: 'test BCE a pixel', ours: reconstruction, decimals: 4, ...about(reconstruction, 0.08) }],
      notes: machine.software ? [`The blog trains for 100 epochs; on the processor there is time for ${epochs}.`] : [],
    };
  },
);
