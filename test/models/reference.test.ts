import { describe, expect, it } from 'vitest';
import { adam, autoencoder, dense, series, type ActivationName, type LossName } from '../../src/index.ts';
import { activationNames } from '../../src/kernels/activation.ts';
import { layersOf, lossAndGradients, ReferenceAdam, type ReferenceLayer } from '../reference/autoencoder.ts';
import { shuffledOrder } from '../reference/shuffle.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';

const steps = 10;
const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((value, i) => value - b[i]));

/** Trains on the device and in float64 from the same weights and batches; returns the worst relative differences. */
async function compare(
  loss: LossName,
  features: number,
  encoder: [number, ActivationName][],
  decoder: [number, ActivationName][],
  seed: number,
  blanks = 0,
) {
  const gpu = await sharedGpu();
  const draw = new Draw(seed);
  const [examples, batchSize] = [50, 16];
  const data = draw.floats(examples * features, 0, 1);
  const hidden = new Draw(seed + 1).floats(data.length, 0, 1);
  data.forEach((_, i) => hidden[i] < blanks && (data[i] = NaN));
  const layer = ([units, activation]: [number, ActivationName]) => dense(units, activation);
  const model = await autoencoder(gpu, {
    input: features,
    encoder: encoder.map(layer),
    decoder: decoder.map(layer),
    loss,
    seed,
  });
  const names = ([, activation]: [number, ActivationName]) => activation;
  const layers = layersOf(await model.weights(), { encoder: encoder.map(names), decoder: decoder.map(names) });
  const windows = blanks ? await series(gpu, data, { length: features, stride: features }) : undefined;
  const history = await model.fit(windows ?? data, { steps, batchSize, optimizer: adam(1e-3) });

  const optimizer = new ReferenceAdam(1e-3);
  const losses: number[] = [];
  for (let epoch = 0; losses.length < steps; epoch++) {
    const order = shuffledOrder(examples, epoch, seed);
    for (let at = 0; at < examples && losses.length < steps; at += batchSize) {
      const batch = Array.from(order.subarray(at, at + batchSize), (i) =>
        data.subarray(i * features, (i + 1) * features),
      );
      const step = lossAndGradients(layers, batch, loss);
      losses.push(step.loss);
      optimizer.update(layers, step.gradients);
    }
  }
  const trained = layersOf(await model.weights(), { encoder: encoder.map(names), decoder: decoder.map(names) });
  model.dispose();
  windows?.dispose();
  const lossError = Math.max(...losses.map((expected, i) => Math.abs(history.loss[i] - expected) / expected));
  const flat = ({ weight, bias }: ReferenceLayer) => [...weight, ...bias];
  const weightError = Math.max(
    ...trained.map((layer, l) => distance(flat(layer), flat(layers[l])) / Math.hypot(...flat(layers[l]))),
  );
  expect(history.loss).toHaveLength(steps);
  return { lossError, weightError };
}

describe('the first ten Adam steps agree with float64 to 1e-5', () => {
  it('with three hidden layers and BCE', async () => {
    const { lossError, weightError } = await compare(
      'bce',
      37,
      [
        [24, 'relu'],
        [6, 'linear'],
      ],
      [
        [24, 'relu'],
        [37, 'sigmoid'],
      ],
      1,
    );
    expect(lossError).toBeLessThan(1e-5);
    expect(weightError).toBeLessThan(1e-5);
  });

  it.each(['mae', 'huber'] as const)('with %s', async (loss) => {
    const { lossError, weightError } = await compare(
      loss,
      30,
      [
        [16, 'tanh'],
        [5, 'linear'],
      ],
      [
        [16, 'tanh'],
        [30, 'linear'],
      ],
      3,
    );
    expect(lossError).toBeLessThan(1e-5);
    expect(weightError).toBeLessThan(1e-5);
  });

  it.each(['mse', 'mae', 'huber', 'bce'] as const)('with %s, a third of the values blank', async (loss) => {
    const last = loss === 'bce' ? 'sigmoid' : 'linear';
    const { lossError, weightError } = await compare(
      loss,
      30,
      [
        [16, 'tanh'],
        [5, 'linear'],
      ],
      [
        [16, 'tanh'],
        [30, last],
      ],
      3,
      1 / 3,
    );
    expect(lossError).toBeLessThan(1e-5);
    expect(weightError).toBeLessThan(1e-5);
  });

  it.each(activationNames)('with %s and MSE', async (activation) => {
    const { lossError, weightError } = await compare(
      'mse',
      20,
      [
        [12, activation],
        [5, activation],
      ],
      [
        [12, activation],
        [20, activation],
      ],
      2,
    );
    expect(lossError).toBeLessThan(1e-5);
    expect(weightError).toBeLessThan(1e-5);
  });
});
