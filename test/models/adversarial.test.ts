/** More of what is compared with float64 is in adversarial.long.test.ts. */
import { describe, expect, it } from 'vitest';
import { adam, adversarial, dense, DivergedError, loadAutoencoder, sgd, uniform } from '../../src/index.ts';
import { errorOf } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectTheStepBefore } from '../support/lasting.ts';
import { makeModel } from '../support/model.ts';
import { batchSize, data, examples, expectTenStepsOfBoth, features, makeRivals } from '../support/rivals.ts';
import { ofDiscriminator, valuesOf } from '../support/two-sides.ts';

it('the first ten steps agree with float64 to 1e-5: the code, with a normal prior', () =>
  expectTenStepsOfBoth({ on: 'code', weight: 0.7, prior: { stddev: 1.5 } }));

it('the first ten steps agree with float64 to 1e-5: features of the output', () =>
  expectTenStepsOfBoth({ on: 'output', weight: 0.5, prior: { stddev: 1 }, features: 1 }));

describe.each(['code', 'output'] as const)('on the %s', (on) => {
  it('a step of one side leaves the other unchanged', async () => {
    for (const still of ['discriminator', 'autoencoder']) {
      const model = await makeRivals({ on, optimizer: still === 'discriminator' ? sgd(0) : sgd(0.1) });
      const before = await valuesOf(model);
      await model.fit(data, { steps: 3, batchSize, optimizer: still === 'autoencoder' ? sgd(0) : sgd(0.1) });
      const after = await valuesOf(model);
      for (const [name, values] of Object.entries(after)) {
        const stays = ofDiscriminator(name) === (still === 'discriminator');
        if (stays) expect(values, name).toEqual(before[name]);
        else expect(values, name).not.toEqual(before[name]);
      }
    }
  });

  it('reports each term by name, and the loss that the model minimises', async () => {
    const model = await makeRivals({ on, weight: 3 });
    const { epochs, loss } = await model.fit(data, { epochs: 2, batchSize: examples });
    expect(epochs).toHaveLength(2);
    for (const told of [...epochs, await model.evaluate(data)]) {
      expect(Object.keys(told)).toEqual(['loss', 'discriminator', 'reconstruction', 'adversary']);
      expect(told.loss).toBeCloseTo(told.reconstruction + 3 * told.adversary!, 5);
    }
    expect(loss[1]).toBe(epochs[1].loss);
    expect(model.summary()).toMatch(/discriminator\.1 +dense/);
  });

  it('resumes from a file to the same bits, with the optimizers of both sides', async () => {
    const gpu = await sharedGpu();
    const model = await makeRivals({ on, prior: uniform({ low: 0 }), optimizer: adam(1e-3, { clipNorm: 0.5 }) }, true);
    await model.fit(data, { steps: 4, batchSize });
    const bytes = await model.save();
    const loaded = forThisTest(await loadAutoencoder(gpu, bytes));
    expect(await loaded.save()).toEqual(bytes);
    const [here, there] = [
      await model.fit(data, { steps: 5, batchSize }),
      await loaded.fit(data, { steps: 5, batchSize }),
    ];
    expect(there.loss).toEqual(here.loss);
    expect(await loaded.save()).toEqual(await model.save());
    const plain = forThisTest(await loadAutoencoder(gpu, await loaded.save({ optimizer: false })));
    expect(await valuesOf(plain)).toEqual(await valuesOf(loaded));
  });

  it('where the model goes bad, all weights are those of the step before, the discriminator’s too', async () => {
    const { phase, message } = await expectTheStepBefore(() => makeRivals({ on, optimizer: adam(1e-2) }), data, {
      epochs: 17,
      rate: 1e9,
    });
    expect(phase).toBe('autoencoder');
    expect(message).toContain('of the autoencoder is not finite');
  });

  it('where the discriminator goes bad, it is named', async () => {
    const model = await makeRivals({ on }, false, 'linear');
    const first = await model.weights();
    for (const name of ['discriminator.0.weight', 'discriminator.1.weight']) first[name].data.fill(1e25);
    model.setWeights(first);
    const error = await errorOf(model.fit(data, { steps: 5, batchSize }));
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as DivergedError).phase).toBe('discriminator');
    expect((error as DivergedError).tensor).toMatch(/^loss$|^discriminator\./);
    expect(await model.weights()).toEqual(first);
  });
});

it('pretrains without it, because the codes of a stage are not the model’s', async () => {
  const model = await makeModel({
    input: features,
    encoder: [dense(5, 'tanh'), dense(2)],
    decoder: [dense(5, 'tanh'), dense(features)],
    loss: 'mse',
    penalty: adversarial([]),
  });
  const before = await valuesOf(model);
  await model.pretrain(data, { epochs: 1 });
  const after = await valuesOf(model);
  expect(after['discriminator.0.weight']).toEqual(before['discriminator.0.weight']);
  expect(after['encoder.0.weight']).not.toEqual(before['encoder.0.weight']);
});

it('compares features in evaluate, and the data in errors', async () => {
  const [plain, inFeatures] = [await makeRivals({ on: 'output' }), await makeRivals({ on: 'output', features: 1 })];
  const scores = await Promise.all([plain.errors(data), inFeatures.errors(data)]);
  expect(scores[1]).toEqual(scores[0]);
  const [there, here] = [await plain.evaluate(data), await inFeatures.evaluate(data)];
  expect(here.reconstruction).not.toBeCloseTo(there.reconstruction, 3);
  const loaded = forThisTest(await loadAutoencoder(await sharedGpu(), await inFeatures.save()));
  expect(await loaded.evaluate(data)).toEqual(here);
});

it('refuses features that do not exist', () => {
  expect(() => adversarial([dense(4)], { features: 1 })).toThrow("adversarial: features need on: 'output'");
  expect(() => adversarial([], { on: 'output', features: 1 })).toThrow('at least one layer');
  expect(() => adversarial([dense(4)], { on: 'output', features: 2 })).toThrow('at most 1');
});
