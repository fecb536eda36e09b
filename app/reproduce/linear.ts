import { adam, autoencoder, cosine, dense } from '../../src/index.ts';
import { columns, pcaErrors, principalAngles } from '../analysis/pca.ts';
import { row, shortened } from './row.ts';

/** Baldi & Hornik 1989: at its minimum a linear autoencoder spans the first principal components. */
export const linear = row(
  (machine) => ({
    model: '784-32-784, linear',
    loss: 'mse',
    optimizer: 'adam, its rate falling as a cosine',
    'learning rate': 3e-3,
    'last learning rate': 1e-5,
    epochs: shortened(machine, 20),
    batch: 256,
    seed: 0,
  }),
  async (
    { gpu, train, test, components, say, fit },
    { 'learning rate': rate, 'last learning rate': to, epochs, batch, seed },
  ) => {
    await say('principal components in float64');
    const found = components();
    const best = pcaErrors(found, test.pixels, 32)[32];

    const model = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(32)],
      decoder: [dense(784)],
      loss: 'mse',
      seed,
    });
    const optimizer = adam(cosine(rate, { to, steps: epochs * Math.ceil(train.count / batch) }));
    await fit('784-32-784, linear', model, train.data, { epochs, batchSize: batch, optimizer });
    const { reconstruction } = await model.evaluate(test.data);
    const weights = await model.weights();
    model.dispose();

    const angle = principalAngles(columns(weights['decoder.0.weight']), found.components.slice(0, 32)).at(-1)!;
    const source = 'principal components in float64, computed by this command';
    return {
      comparisons: [
        {
          what: 'test error a pixel (MSE)',
          ours: reconstruction,
          decimals: 6,
          reference: best,
          source,
          asked: 'within 1 %',
          holds: Math.abs(reconstruction / best - 1) < 0.01,
        },
        {
          what: "largest principal angle to the components' space, degrees",
          ours: angle,
          decimals: 2,
          reference: 0,
          source,
          asked: 'under 5',
          holds: angle < 5,
        },
      ],
      notes: [],
    };
  },
);
