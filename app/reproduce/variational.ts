import { adam, autoencoder, dense, gaussian } from '../../src/index.ts';
import { mean } from '../analysis/statistics.ts';
import { row, shortened } from './row.ts';

/** Kingma & Welling 2014, in the sizes of PyTorch's example; and with β = 4 (Higgins et al. 2017). */
export const variational = row(
  (machine) => ({
    model: '784-400-20-400-784, relu, gaussian, sigmoid',
    loss: 'bce',
    beta: '1 and 4',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 10),
    batch: 128,
    seed: 0,
  }),
  async ({ gpu, train, test, fit }, { 'learning rate': rate, epochs, batch, seed }) => {
    const losses = async (beta: number) => {
      const encoder = [dense(400, 'relu'), gaussian(20, { beta })];
      const model = await autoencoder(gpu, {
        input: 784,
        encoder,
        decoder: [dense(400, 'relu'), dense(784, 'sigmoid')],
        loss: 'bce',
        seed,
      });
      const options = { epochs, batchSize: batch, optimizer: adam(rate) };
      await fit(`784-400-20-400-784, β = ${beta}`, model, train.data, options);
      const draws = [];
      for (const seed of [1, 2, 3]) draws.push(await model.evaluate(test.data, { seed }));
      model.dispose();
      return {
        reconstruction: mean(draws.map(({ reconstruction }) => reconstruction)),
        kl: mean(draws.map(({ kl }) => kl!)),
      };
    };
    const [one, four] = [await losses(1), await losses(4)];
    const elbo = one.reconstruction + one.kl;
    const source = 'β = 1';
    return {
      comparisons: [
        {
          what: 'β = 1: test −ELBO, nats an image',
          ours: elbo,
          decimals: 2,
          reference: '105.6',
          source: "PyTorch's example",
          asked: '105.6 ± 1.0',
          holds: Math.abs(elbo - 105.6) <= 1,
        },
        {
          what: 'β = 4: KL, nats an image',
          ours: four.kl,
          decimals: 2,
          reference: one.kl,
          source,
          asked: 'lower',
          holds: four.kl < one.kl,
        },
        {
          what: 'β = 4: reconstruction term, nats an image',
          ours: four.reconstruction,
          decimals: 2,
          reference: one.reconstruction,
          source,
          asked: 'higher',
          holds: four.reconstruction > one.reconstruction,
        },
      ],
      notes: ['Each figure is the mean over three draws of every code.'],
    };
  },
);
