/** A fit with `recover` comes to the same bits whether its device is lost or not, also where a member keeps more than weights. */
import { expect, it } from 'vitest';
import {
  adam, adversarial, autoencoder, dataset, deadLatents, dense, gan, topK, unitNorm, type Gpu,
} from '../../src/index.ts'; // prettier-ignore
import { bits } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { lose, onItsOwn } from '../support/recovering.ts';

const numbers = new Draw(1).floats(64 * 12, 0, 1);
const layers = { encoder: [dense(6, 'tanh'), dense(3)], decoder: [dense(6, 'tanh'), dense(12, 'sigmoid')] };

/** The options of a fit that loses its device after the second epoch, or of one that does not. */
const options = (gpu: Gpu, loses: boolean) => ({
  epochs: 4,
  batchSize: 16,
  recover: loses,
  onEpochEnd({ epoch }: { epoch: number }) {
    if (loses && epoch === 2) lose(gpu);
  },
});

const trainings: Record<string, (gpu: Gpu, loses: boolean) => Promise<unknown>> = {
  async 'an adversarial autoencoder, with the state of both optimizers'(gpu, loses) {
    const penalty = adversarial([dense(8, 'relu')], { optimizer: adam(1e-3, { beta1: 0.5 }) });
    const model = await autoencoder(gpu, { input: 12, ...layers, loss: 'bce', penalty, seed: 3 });
    const { loss } = await model.fit(await dataset(gpu, numbers, { shape: [12] }), options(gpu, loses));
    return { loss, file: await model.save() };
  },
  async 'a GAN'(gpu, loses) {
    const model = await gan(gpu, {
      code: 3,
      generator: [dense(8, 'relu'), dense(12, 'sigmoid')],
      discriminator: [dense(8, 'leakyRelu')],
      seed: 3,
    });
    const { loss } = await model.fit(await dataset(gpu, numbers, { shape: [12] }), options(gpu, loses));
    return { loss, file: await model.save() };
  },
  async 'the counts of dead latents'(gpu, loses) {
    const model = await autoencoder(gpu, {
      input: 12,
      encoder: [dense(15, 'tanh'), topK(2)],
      decoder: [dense(12)],
      loss: 'mse',
      penalty: [unitNorm(), deadLatents({ after: 48, k: 3, weight: 0.5 })],
      seed: 3,
    });
    const { epochs } = await model.fit(numbers, options(gpu, loses));
    return { epochs, bits: await bits(model) };
  },
  async 'labels, in fit and in pretrain'(gpu, loses) {
    const labels = Array.from({ length: 64 }, (_, i) => i % 3);
    const model = await autoencoder(gpu, { input: 12, ...layers, loss: 'mse', condition: { classes: 3 }, seed: 3 });
    const set = await dataset(gpu, numbers, { shape: [12], labels });
    const stages = await model.pretrain(set, options(gpu, loses));
    const { loss } = await model.fit({ data: numbers, labels }, options(gpu, loses));
    return { loss, stages: stages.map(({ loss }) => loss), bits: await bits(model) };
  },
  async 'weights of examples'(gpu, loses) {
    const weights = Array.from(new Draw(7).floats(64, 0, 3));
    const model = await autoencoder(gpu, { input: 12, encoder: [dense(3)], decoder: [dense(12)], loss: 'mse' });
    const set = await dataset(gpu, numbers, { shape: [12], weights });
    const { loss } = await model.fit(set, options(gpu, loses));
    return { loss, bits: await bits(model) };
  },
};

it.each(Object.entries(trainings))('%s', async (_, training) => {
  const [lost, undisturbed] = [
    await onItsOwn((gpu) => training(gpu, true)),
    await onItsOwn((gpu) => training(gpu, false)),
  ];
  expect(lost).toEqual(undisturbed);
});
