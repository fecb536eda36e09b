import {
  adam,
  autoencoder,
  contractive,
  dense,
  stochasticContractive,
  type Gpu,
  type Penalty,
} from '../../src/index.ts';
import { squaredNormsByDifferences } from '../analysis/contraction.ts';
import { mean, standardError } from '../analysis/statistics.ts';
import type { Comparison } from './protocol.ts';
import { row, shortened } from './row.ts';

const stddevs = [0.3, 0.1, 0.03, 0.01];

/** E‖h(x) − h(x + ε)‖² / σ² tends to ‖∂h/∂x‖²_F as σ falls; the same weights all over. */
export const stochastic = row(
  (machine) => ({
    model: '784-64-784, sigmoid',
    loss: 'bce',
    penalty: 'contractive',
    'its weight in training': 1e-3,
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 3),
    batch: 128,
    seed: 0,
    'draws of the noise': machine.quick ? 2 : 150,
  }),
  async (
    { gpu, train, test, fit, say },
    { 'its weight in training': weight, 'learning rate': rate, epochs, batch, seed, 'draws of the noise': draws },
  ) => {
    const trained = await make(gpu, contractive(weight), seed);
    await fit('784-64-784, contractive', trained, train.data, { epochs, batchSize: batch, optimizer: adam(rate) });
    const weights = await trained.weights();
    trained.dispose();

    await say('Jacobians by finite differences, in float64');
    const exact = mean(squaredNormsByDifferences(weights['encoder.0.weight'], weights['encoder.0.bias'], test.pixels));

    const penalties = async (penalty: Penalty, seeds: number) => {
      const model = await make(gpu, penalty, seed);
      model.setWeights(weights);
      const values = [];
      for (let draw = 1; draw <= seeds; draw++) values.push((await model.evaluate(test.data, { seed: draw })).penalty!);
      model.dispose();
      return values;
    };
    const known = { decimals: 4, reference: exact, source: 'finite differences in float64, computed by this command' };
    const agrees = (value: number) => ({ asked: 'within 0.1 %', holds: Math.abs(value / exact - 1) < 1e-3 });
    const [closed] = await penalties(contractive(1), 1);
    const comparisons: Comparison[] = [
      { what: 'contractive: mean ‖∂h/∂x‖²_F', ours: closed, ...known, ...agrees(closed) },
    ];
    let farther = Infinity;
    for (const stddev of stddevs) {
      await say(`stochastic contractive, σ = ${stddev}`);
      const values = (await penalties(stochasticContractive(1, stddev), draws)).map((value) => value / stddev ** 2);
      const distance = Math.abs(mean(values) - exact);
      const asked =
        stddev === stddevs.at(-1)
          ? agrees(mean(values))
          : stddev === stddevs[0]
            ? {}
            : { asked: 'nearer than the one before', holds: distance < farther };
      comparisons.push({
        what: `stochastic contractive, σ = ${stddev}: its value / σ²`,
        ours: mean(values),
        standardError: standardError(values),
        ...known,
        ...asked,
      });
      farther = distance;
    }
    return { comparisons, notes: ['Over all test images. ± is the standard error of the mean over the draws.'] };
  },
);

const make = (gpu: Gpu, penalty: Penalty, seed: number) =>
  autoencoder(gpu, {
    input: 784,
    encoder: [dense(64, 'sigmoid')],
    decoder: [dense(784, 'sigmoid')],
    loss: 'bce',
    penalty,
    seed,
  });
