import { expect, it } from 'vitest';
import {
  activation,
  adam,
  dense,
  gan,
  loadGan,
  normal,
  OptionError,
  sgd,
  uniform,
  type GanSpec,
} from '../../src/index.ts';
import { drawsOfAPhase, ganLosses } from '../reference/adversarial.ts';
import { AdamByDifferences, batches, expectTwinLoss, expectTwins, inFloat64 } from '../support/by-differences.ts';
import { errorOf, expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';
import { bySide, valuesOf } from '../support/two-sides.ts';

const features = 5;
const examples = 20;
const batchSize = 8;
const seed = 3;
const data = new Draw(2).floats(examples * features, -1, 1);

const make = async (spec: Partial<GanSpec> = {}) =>
  forThisTest(
    await gan(await sharedGpu(), {
      code: 3,
      generator: [dense(6, 'tanh'), dense(features)],
      discriminator: [dense(4, 'tanh')],
      seed,
      ...spec,
    }),
  );

it.each([
  ['normal', normal({ stddev: 0.5 }), { stddev: 0.5 }],
  ['uniform', uniform(), { low: -1, high: 1 }],
] as const)('the first ten steps of both sides agree with float64 to 1e-5: a %s prior', async (_, prior, numbers) => {
  const model = await make({ prior });
  const first = await valuesOf(model);
  const optimizer = () => adam(1e-3, { beta1: 0.5 });
  const options = { generator: optimizer(), discriminator: optimizer() };
  const history = await model.fit(data, { steps: 10, batchSize, ...options });
  const trained = await valuesOf(model);

  const game = { generator: ['tanh', 'linear'], discriminator: ['tanh'], size: 3, prior: numbers } satisfies Parameters<
    typeof ganLosses
  >[0];
  const weights = inFloat64(first);
  const { rival, own } = bySide(weights);
  const twin = new AdamByDifferences(weights, 1e-3, 0.5);
  for (const { which, step, position } of batches(examples, { batchSize, seed, steps: 10 })) {
    const rows = which.map((i) => data.subarray(i * features, (i + 1) * features));
    const losses = (draws: number) => ganLosses(game, weights, rows, { seed, step, position }, draws);
    twin.step(rival, () => losses(drawsOfAPhase).discriminator);
    expectTwinLoss(history.loss[step], losses(0).generator, step);
    twin.step(own, () => losses(0).generator);
  }
  expectTwins(trained, weights);
});

it('a step of one side leaves the other unchanged', async () => {
  for (const still of ['generator', 'discriminator'] as const) {
    const model = await make();
    const before = await valuesOf(model);
    const rate = (side: string) => sgd(side === still ? 0 : 0.1);
    await model.fit(data, { steps: 3, batchSize, generator: rate('generator'), discriminator: rate('discriminator') });
    for (const [name, values] of Object.entries(await valuesOf(model))) {
      if (name.startsWith(still)) expect(values, name).toEqual(before[name]);
      else expect(values, name).not.toEqual(before[name]);
    }
  }
});

it('reports the losses of both sides, with the generator’s as the loss', async () => {
  const model = await make();
  const { epochs, validation } = await model.fit(data, { epochs: 2, validation: 0.25 });
  const measured = await model.evaluate(data, { seed: 1 });
  for (const told of [...epochs, ...validation!, measured]) {
    expect(Object.keys(told)).toEqual(['loss', 'discriminator', 'generator']);
    expect(told.loss).toBe(told.generator);
  }
  expect(await model.evaluate(data, { seed: 1 })).toEqual(measured);
  expect(await model.evaluate(data, { seed: 2 })).not.toEqual(measured);
});

it('resumes from a file to the same bits and the same samples', async () => {
  const gpu = await sharedGpu();
  const model = await make({ prior: uniform({ low: 0 }) });
  await model.fit(data, { steps: 4, batchSize });
  await model.sample(1);
  const bytes = await model.save();
  const loaded = forThisTest(await loadGan(gpu, bytes));
  expect(await loaded.save()).toEqual(bytes);
  expect(await loaded.sample(3)).toEqual(await model.sample(3));
  expect(await loaded.score(data)).toEqual(await model.score(data));
  const [here, there] = [
    await model.fit(data, { steps: 5, batchSize }),
    await loaded.fit(data, { steps: 5, batchSize }),
  ];
  expect(there.loss).toEqual(here.loss);
  expect(await loaded.save()).toEqual(await model.save());
});

it('explains errors', async () => {
  const model = await make();
  const refused: [object, RegExp][] = [
    [{ epochs: 1, optimizer: adam() }, /fit takes no optimizer: give `generator` and `discriminator`/],
    [{ epochs: 1, patience: 1, validation: 0.2 }, /fit takes no patience/],
    [{ epochs: 1, generator: 1 }, /fit: generator: the optimizer must be made by/],
    [{}, /give epochs or steps/],
  ];
  for (const [options, message] of refused) {
    await expectRefused(OptionError, message, model.fit(data, options));
  }
  await expectRefused(
    OptionError,
    'sample: count: 1000000000000 examples of 20 bytes take more than 2 GiB',
    model.sample(1e12),
  );
  await expectRefused(
    OptionError,
    'gan: the generator has nothing to train',
    make({ generator: [activation('tanh')] }),
  );
  model.dispose();
  expect((await errorOf(model.fit(data, { epochs: 1 }))).message).toBe('the model was disposed');
});
