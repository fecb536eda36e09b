/** An autoencoder against a discriminator, and the same in float64. */
import {
  adam, adversarial, dense, gaussian, normal, uniform, type ActivationName, type Autoencoder,
} from '../../src/index.ts'; // prettier-ignore
import { discriminatorLoss, modelLoss, type Game } from '../reference/adversarial.ts';
import { AdamByDifferences, batches, expectTwinLoss, expectTwins, inFloat64 } from './by-differences.ts';
import { makeModel } from './model.ts';
import { Draw } from './random.ts';
import { bySide, valuesOf } from './two-sides.ts';

export const features = 7;
export const examples = 20;
export const batchSize = 8;
const seed = 5;
export const data = new Draw(1).floats(examples * features, -1, 1);

/** A small model whose activations have no kinks. */
export const makeRivals = (
  options: Parameters<typeof adversarial>[1],
  coded = false,
  hidden: ActivationName = 'tanh',
): Promise<Autoencoder> =>
  makeModel({
    input: features,
    encoder: [dense(6, 'tanh'), coded ? gaussian(3) : dense(3)],
    decoder: [dense(5, 'tanh'), dense(features)],
    loss: 'mse',
    penalty: adversarial([dense(4, hidden)], options),
    seed,
  });

/** Trains it for ten steps beside its float64 twin. */
export async function expectTenStepsOfBoth(
  options: Omit<Game, 'encoder' | 'decoder' | 'discriminator'>,
): Promise<void> {
  const { on, weight, prior, features: seen, gaussian: units } = options;
  const optimizer = () => adam(1e-3, { beta1: 0.5 });
  const made = 'stddev' in prior ? normal(prior) : uniform(prior);
  const model = await makeRivals(
    { on, weight, prior: made, features: seen, optimizer: optimizer() },
    units !== undefined,
  );
  const first = await valuesOf(model);
  const history = await model.fit(data, { steps: 10, batchSize, optimizer: optimizer() });
  const trained = await valuesOf(model);

  const tanh: ActivationName = 'tanh';
  const encoder: ActivationName[] = units === undefined ? [tanh, 'linear'] : [tanh];
  const game: Game = { ...options, encoder, decoder: [tanh, 'linear'], discriminator: [tanh] };
  const weights = inFloat64(first);
  const { rival, own } = bySide(weights);
  const twin = new AdamByDifferences(weights, 1e-3, 0.5);
  for (const { which, step, position } of batches(examples, { batchSize, seed, steps: 10 })) {
    const rows = which.map((i) => data.subarray(i * features, (i + 1) * features));
    const moment = { seed, step, position };
    twin.step(rival, () => discriminatorLoss(game, weights, rows, moment));
    const still = inFloat64(weights);
    const loss = () => modelLoss(game, weights, rows, moment, still).loss;
    expectTwinLoss(history.loss[step], loss(), step);
    twin.step(own, loss);
  }
  expectTwins(trained, weights);
}
