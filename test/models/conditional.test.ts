import { describe, expect, it } from 'vitest';
import {
  classifier, conv1d, DataError, dataset, dense, dropout, flatten, gaussian, maskNoise, OptionError, reshape, sgd, ShapeError, vectorQuantizer, type Autoencoder, type AutoencoderSpec, type Examples, type FitOptions, type Losses, type Matrix,
} from '../../src/index.ts'; // prettier-ignore
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import {
  classes, condition, conditional, expectItsGradient, expectTheSameFromFile, labelsOf, rows, told, variational,
} from '../support/conditional.ts'; // prettier-ignore
import { sharedGpu } from '../support/gpu.ts';
import { expectTheStepBefore } from '../support/lasting.ts';
import { bits, makeModel, smallModel } from '../support/model.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

describe('the first ten Adam steps agree with float64, which multiplies labels as one-hot vectors', () => {
  it('of dense layers', () =>
    expectTenSteps({
      input: [5],
      encoder: [dense(4, 'tanh'), dense(2)],
      decoder: [dense(4, 'sigmoid'), dense(5)],
      condition,
    }));
});

describe('follows the gradient of evaluate, including the biases of classes', () => {
  it('a Gaussian code', () => expectItsGradient(variational));
});

describe('labels', () => {
  it('come from a data set, with the data, or from an option, which replaces those of a data set', async () => {
    const gpu = await sharedGpu();
    const { data, labels } = told();
    const set = forThisTest(await dataset(gpu, data, { shape: [12], labels }));
    const model = await conditional();
    await model.fit(set, { epochs: 3, batchSize: 8 });
    const codes = await model.encode(set);
    const other = labels.map((label) => (label + 1) % classes);
    const matrix: Matrix & { labels: number[] } = { data, shape: [40, 12], labels };
    for (const same of [
      model.encode({ data, labels }),
      model.encode({ data: { data, shape: [40, 12] }, labels: Int32Array.from(labels) }),
      model.encode(matrix),
      model.encode(data, { labels }),
      model.encode({ data: set, labels }),
      model.encoder.predict(set),
    ])
      expect(await same).toEqual(codes);
    const changed = await model.encode({ data: set, labels: other });
    expect(changed).not.toEqual(codes);
    for (const given of [set, data, matrix, { data, labels }, { data: set, labels }])
      expect(await model.encode(given, { labels: other })).toEqual(changed);
    expect(await model.reconstruct({ data, labels }, { labels: other })).toEqual(
      await model.reconstruct(set, { labels: other }),
    );
    expect(await model.reconstruct(set)).toEqual(await model.decode(codes, { labels }));
    expect(await model.reconstruct(data, { labels })).toEqual(await model.reconstruct(set));
    expect(await model.decoder.predict({ data: codes, labels })).toEqual(await model.decode(codes, { labels }));
    expect(await model.decode(codes, { labels: other })).not.toEqual(await model.reconstruct(set));
    const view = set.filter((label) => label === 1);
    expect((await model.encode(view)).data).toEqual(
      codes.data.filter((_, i) => labels[Math.floor(i / codes.shape[1])] === 1),
    );
  });

  it('stay with the examples through shuffles, splits, views and windows: each half learns what only a label determines', async () => {
    const gpu = await sharedGpu();
    // What is to be reconstructed follows from the label alone, and the code is told nothing but it.
    const labels = labelsOf(60);
    const data = Float32Array.from({ length: 60 * 4 }, (_, i) => (i % 4 === labels[Math.floor(i / 4)] ? 1 : 0));
    const spec: AutoencoderSpec = {
      input: 4,
      corrupt: maskNoise(1),
      encoder: [dense(1)],
      decoder: [dense(4)],
      loss: 'mse',
      condition,
    };
    for (const deviceBytes of [undefined, 4 * 4 * 32]) {
      const all = forThisTest(await dataset(gpu, data, { shape: [4], labels, deviceBytes }));
      const model = await makeModel(spec);
      const options: FitOptions = { epochs: 25, batchSize: 8, optimizer: sgd(1), validation: 0.2 };
      const { epochs } = await model.fit(
        all.filter((_, index) => index % 5 > 0),
        options,
      );
      expect(epochs[0].loss).toBeGreaterThan(0.1);
      expect(epochs.at(-1)!.loss).toBeLessThan(1e-3);
    }
  });

  it.each<[string, (model: Autoencoder, data: Examples) => Promise<unknown>]>([
    ['fit', (model, data) => model.fit(data, { steps: 1 })],
    ['pretrain', (model, data) => model.pretrain(data, { steps: 1 })],
    ['evaluate', (model, data) => model.evaluate(data)],
    ['encode', (model, data) => model.encode(data)],
    ['reconstruct', (model, data) => model.reconstruct(data)],
    ['errors', (model, data) => model.errors(data)],
    ['fitSampler', (model, data) => model.fitSampler(data, { components: 1 })],
    ['interpolate', (model, data) => model.interpolate(data, data, 2)],
    ['traverse', (model, data) => model.traverse(data, 0, [1])],
  ])('are needed, and have to be classes: %s', async (_, call) => {
    const gpu = await sharedGpu();
    const model = await conditional();
    const before = gpu.counters();
    const data = rows(4);
    const bare = forThisTest(await dataset(gpu, data, { shape: [12] }));
    await expectRefused(OptionError, 'the model has a condition of 3 classes and needs labels', call(model, data));
    await expectRefused(OptionError, 'give a data set made with `labels`', call(model, bare));
    await expectRefused(ShapeError, '4 examples, but 3 labels', call(model, { data, labels: [0, 1, 2] }));
    await expectRefused(
      DataError,
      'the label of row 2 is 3, not one of the 3 classes',
      call(model, { data, labels: [0, 1, 3, 0] }),
    );
    await expectRefused(DataError, 'row 0 is -1', call(model, { data, labels: [-1, 1, 1, 0] }));
    expect(gpu.counters()).toEqual(before);
  });

  it('are refused by a model without a condition', async () => {
    const model = await smallModel();
    const { data, labels } = told(4);
    for (const call of [
      () => model.fit({ data, labels }, { steps: 1 }),
      () => model.encode(data, { labels }),
      () => model.decode(rows(4, 5), { labels }),
      () => model.reconstruct({ data, labels }),
    ])
      await expectRefused(OptionError, 'labels are only for a model that was made with condition', call());
    const drawing = await smallModel(variational);
    await expectRefused(OptionError, 'labels are only for a model', drawing.sample(3, { label: 1 }));
  });

  it('are needed to decode', async () => {
    const model = await conditional();
    await expectRefused(OptionError, 'decode(codes, { labels })', model.decode(rows(4, 5)));
    await expectRefused(ShapeError, '4 examples, but 1 labels', model.decode(rows(4, 5), { labels: [1] }));
  });
});

describe('samples for a label', () => {
  it('one for all, or one for each, from the prior of a Gaussian code', async () => {
    const model = await conditional(variational);
    await model.fit(told(), { epochs: 2, batchSize: 8 });
    const drawn = await model.sample(4, { label: 2, seed: 1 });
    expect(drawn.shape).toEqual([4, 12]);
    expect(await model.sample(4, { labels: [2, 2, 2, 2], seed: 1 })).toEqual(drawn);
    const mixed = await model.sample(4, { labels: [2, 0, 2, 1], seed: 1 });
    expect(mixed.data.subarray(0, 12)).toEqual(drawn.data.subarray(0, 12));
    expect(mixed.data.subarray(12, 24)).not.toEqual(drawn.data.subarray(12, 24));
    await expectRefused(OptionError, 'give `label` for all samples, or `labels`', model.sample(4));
    await expectRefused(OptionError, 'give `label`', model.sample(2, { label: 1, labels: [1, 1] }));
    await expectRefused(ShapeError, '4 samples, but 2 labels', model.sample(4, { labels: [0, 1] }));
    await expectRefused(DataError, 'is 3, not one of the 3 classes', model.sample(4, { label: 3 }));
    await expectRefused(DataError, 'is 0.5', model.sample(1, { label: 0.5 }));
  });

  it('from a fitted sampler, also of a quantised code', async () => {
    const data = told();
    for (const encoder of [[dense(5, 'tanh')], [dense(5), vectorQuantizer(4)]]) {
      const model = await conditional({ encoder });
      await model.fit(data, { steps: 3, batchSize: 8 });
      await expectRefused(OptionError, 'the codes have no known distribution', model.sample(2, { label: 0 }));
      await model.fitSampler(data, encoder.length > 1 ? {} : { components: 2 });
      const [zero, one] = [await model.sample(3, { label: 0, seed: 1 }), await model.sample(3, { label: 1, seed: 1 })];
      expect(one).not.toEqual(zero);
      if (encoder.length > 1) {
        const { data: entries, shape } = await model.indices(data);
        expect(await model.decode({ data: entries, shape }, { labels: data.labels })).toEqual(
          await model.reconstruct(data),
        );
      }
    }
  });
});

it('walks between two examples of one label, and along a dimension of one', async () => {
  const model = await conditional();
  const one = (label: number, seed: number) => ({ data: rows(1, 12, seed), labels: [label] });
  const between = await model.interpolate(one(1, 1), one(1, 2), 3);
  expect(between.data.subarray(0, 12)).toEqual((await model.reconstruct(one(1, 1))).data);
  expect(between.data.subarray(24)).toEqual((await model.reconstruct(one(1, 2))).data);
  await expectRefused(
    OptionError,
    'takes two examples of one label, not of 1 and 2',
    model.interpolate(one(1, 1), one(2, 2), 3),
  );
  const { data: code } = await model.encode(one(2, 3));
  const walked = await model.traverse(one(2, 3), 1, [code[1], 5]);
  expect(walked.data.subarray(0, 12)).toEqual((await model.reconstruct(one(2, 3))).data);
});

it('the label of an example affects errors, posterior and logLikelihood, but not corrupt', async () => {
  const model = await conditional({ ...variational, corrupt: maskNoise(0.5) });
  await model.fit(told(), { epochs: 3, batchSize: 8 });
  const { data, labels } = told(5);
  const other = labels.map((label) => (label + 1) % classes);
  for (const ask of [
    (labels: number[]) => model.errors({ data, labels }),
    (labels: number[]) => model.posterior({ data, labels }),
    (labels: number[]) => model.logLikelihood({ data, labels }, { samples: 20 }),
  ]) {
    expect(await ask(labels)).toEqual(await ask(labels));
    expect(await ask(other)).not.toEqual(await ask(labels));
  }
  const corrupted = await model.corrupt(data);
  expect(corrupted.data).not.toEqual(data);
  expect(await model.corrupt({ data, labels })).toEqual(corrupted);
  expect(await model.corrupt({ data: { data, shape: [5, 12] }, labels: other })).toEqual(corrupted);
  const errors = await model.errors({ data, labels });
  const separate = await Promise.all(
    labels.map(
      async (label, i) => (await model.errors({ data: data.subarray(12 * i, 12 * i + 12), labels: [label] }))[0],
    ),
  );
  expectClose(errors, separate, 1e-5);
});

describe('gives the same bits', () => {
  it.each<[string, Partial<AutoencoderSpec>]>([
    ['of dense layers', {}],
    ['with a Gaussian code', variational],
  ])('through a file: %s', (_, changes) => expectTheSameFromFile(changes));

  it('at any pace, with the examples on the device or streamed', async () => {
    const gpu = await sharedGpu();
    const { data, labels } = told();
    const outcome = async (options: FitOptions<Losses, Examples>, deviceBytes?: number) => {
      const set = forThisTest(await dataset(gpu, data, { shape: [12], labels, deviceBytes }));
      const model = await conditional({ ...variational, seed: 3 });
      const { loss } = await model.fit(set, { epochs: 4, batchSize: 8, ...options });
      const found = { loss, bits: await bits(model), codes: await model.encode(set) };
      return found;
    };
    const first = await outcome({});
    expect(await outcome({ frameBudgetMs: 0.001 })).toEqual(first);
    expect(await outcome({}, 4 * 12 * 20)).toEqual(first);
  });

  it('of the step before one that diverges', () =>
    expectTheStepBefore(() => conditional({ loss: 'mse', decoder: [dense(12)] }), told(), { epochs: 20 }));
});

it('pretrains layer by layer, each with the labels that it has in the whole model', async () => {
  const model = await conditional({
    encoder: [dense(6, 'tanh'), dense(3)],
    decoder: [dense(6, 'tanh'), dense(12, 'sigmoid')],
  });
  const before = await model.weights();
  await model.pretrain(told(), { steps: 4, batchSize: 8, validation: 0.2 });
  const after = await model.weights();
  for (const name of ['encoder.0.label.weight', 'decoder.0.label.weight'])
    expect(after[name].data).not.toEqual(before[name].data);
});

describe('consists of', () => {
  it('a bias for each class in the first dense or convolutional layer of both halves, initialised like weights of the label', async () => {
    const model = await conditional({
      input: [6, 2],
      encoder: [dropout(0.1), conv1d(4, 3, 'relu', { padding: 'same' }), flatten(), dense(5)],
      decoder: [dense(12), reshape([6, 2])],
      loss: 'mse',
    });
    const weights = await model.weights();
    const named = Object.keys(weights).filter((name) => name.includes('label'));
    expect(named).toEqual(['encoder.1.label.weight', 'decoder.0.label.weight']);
    expect(named.map((name) => weights[name].shape)).toEqual([[3, 4], [3, 12]]); // prettier-ignore
    for (const name of named) {
      const { data, shape } = weights[name];
      const limit = Math.sqrt(6 / (shape[0] + shape[1]));
      expect(data.every((value) => Math.abs(value) <= limit)).toBe(true);
      expect(Math.max(...data)).toBeGreaterThan(limit / 2);
    }
    expect(model.summary()).toContain('\nlabels of 3 classes: used by encoder.1 and decoder.0');
  });

  it('checked options', async () => {
    const wrong = (changes: object) => conditional(changes);
    await expectRefused(OptionError, "unknown option 'class'", wrong({ condition: { class: 10 } }));
    for (const count of [1, 0.5, '10', undefined, ['a', 'b']])
      await expectRefused(OptionError, 'condition: classes', wrong({ condition: { classes: count } }));
    await expectRefused(OptionError, 'options must be an object', wrong({ condition: 10 }));
    await expectRefused(
      OptionError,
      'the encoder has no dense layer and no convolution',
      wrong({ encoder: [gaussian(2)] }),
    );
    await expectRefused(
      OptionError,
      'the decoder has no dense layer',
      wrong({ input: 5, encoder: [dense(5)], decoder: [dropout(0.1)] }),
    );
  });

  it('an encoder that cannot become a classifier', async () => {
    const model = await conditional();
    await expectRefused(
      OptionError,
      'so it needs the label that a classifier has to find',
      classifier(await sharedGpu(), { encoder: model.encoder, classes }),
    );
  });
});
