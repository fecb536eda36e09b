import { describe, expect, it } from 'vitest';
import {
  autoencoder, classifier, DataError, dataset, dense, flatten, gan, gaussian, jigsaw, loadClassifier, reshape, series, sgd, ShapeError, sparsity, table, type AutoencoderSpec, type Dataset,
} from '../../src/index.ts'; // prettier-ignore
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { tableOf } from '../support/tables.ts';
import {
  expectToCountAsOften,
  features,
  often,
  put,
  repeated,
  rows,
  total,
  weights,
  whole,
} from '../support/weighted.ts';

describe('an example with a weight counts as often as it says', () => {
  it.each<[string, Partial<AutoencoderSpec>]>([
    ['by cross-entropy', {}],
    ['by squared error', { decoder: [dense(features)], loss: 'mse' }],
    ['by absolute error', { decoder: [dense(features)], loss: 'mae' }],
  ])('in a model of dense layers, %s', (_, spec) => expectToCountAsOften(spec));

  it('in a classifier, by its own weight and by that of its class', async () => {
    const data = rows(6);
    const labels = [0, 1, 2, 0, 1, 1];
    const classWeights = [1, 0.5, 4];
    // Twice the weight of the data for class 1 makes up for half the weight of the class.
    const own = weights.map((weight, i) => (labels[i] === 1 ? 2 * weight : labels[i] === 2 ? weight / 4 : weight));
    const [few, many] = [
      await put(data, { weights: own }),
      await put(Float32Array.from(repeated([...data], features)))];
    const gpu = await sharedGpu();
    const model = await smallModel();
    const spec = { encoder: model.encoder, classes: 3 };
    const [weighted, plain] = [forThisTest(await classifier(gpu, { ...spec, classWeights })), forThisTest(await classifier(gpu, spec))];
    const found = await weighted.fit(few, labels, whole(6));
    const wanted = await plain.fit(many, repeated(labels), whole(total));
    expectClose(found.loss, wanted.loss, 2e-6);
    expectClose([(await weighted.evaluate(few, labels)).loss], [(await plain.evaluate(many, repeated(labels))).loss], 4e-6);
  }); // prettier-ignore

  it('in a model of tables', async () => {
    const gpu = await sharedGpu();
    const six = (await tableOf(60)).take(6);
    const order = repeated([0, 1, 2, 3, 4, 5]);
    // Both models standardise by the same rows, so that only the loss differs.
    const [few, all] = [forThisTest(await table(gpu, six, { weights })), forThisTest(await table(gpu, six))];
    const model = forThisTest(
      await autoencoder(gpu, {
        input: six.columns,
        encoder: [dense(6, 'tanh'), dense(2)],
        decoder: [dense(6, 'tanh')],
      }),
    );
    await model.fit(all, { epochs: 1, optimizer: sgd(1e-3) });
    const errors = await model.errors(all);
    const { loss } = await model.evaluate(few);
    expectClose([loss], [order.reduce((sum, i) => sum + errors[i], 0) / total], 2e-6);
  });

  it('in a model of the windows of a series, also of one with blanks', async () => {
    const gpu = await sharedGpu();
    const values = rows(2);
    const length = 4;
    const shape: [number, number] = [length, 1];
    for (const holes of [false, true]) {
      const given = holes ? values.with(5, NaN).with(17, NaN) : values;
      const windows = forThisTest(await series(gpu, given, { length, stride: length, weights }));
      // The same windows one after the other, each as often as it counts.
      const many = forThisTest(
        await series(gpu, Float32Array.from(repeated([...given], length)), { length, stride: length }),
      );
      const spec: Partial<AutoencoderSpec> = {
        ...{ input: shape, encoder: [flatten(), dense(3, 'tanh')], decoder: [dense(length), reshape(shape)] },
        loss: 'mse',
      };
      const [weighted, plain] = [await smallModel(spec), await smallModel(spec)];
      const [found, wanted] = [await weighted.fit(windows, whole(6)), await plain.fit(many, whole(total))];
      expectClose(found.loss, wanted.loss, 2e-6);
      const [ours, theirs] = [await weighted.weights(), await plain.weights()];
      for (const [name, { data }] of Object.entries(theirs)) expectClose(ours[name].data, data, 2e-6, name);
    }
  });

  it('in a layer-by-layer pretraining', async () => {
    const data = rows(6);
    const [few, many] = [await put(data, { weights }), await put(Float32Array.from(repeated([...data], features)))];
    const spec = {
      encoder: [dense(6, 'sigmoid'), dense(3, 'sigmoid')],
      decoder: [dense(6, 'sigmoid'), dense(12, 'sigmoid')],
    };
    const [weighted, plain] = [await smallModel(spec), await smallModel(spec)];
    const [found, wanted] = [await weighted.pretrain(few, whole(6)), await plain.pretrain(many, whole(total))];
    for (const stage of [0, 1]) expectClose(found[stage].loss, wanted[stage].loss, 2e-6);
  });
});

const variational: Partial<AutoencoderSpec> = {
  encoder: [dense(6, 'tanh'), gaussian(2)],
  decoder: [dense(6, 'tanh'), dense(features, 'sigmoid')],
};
const several: Partial<AutoencoderSpec> = { ...variational, encoder: [dense(6, 'tanh'), gaussian(2, { samples: 4 })] };

describe.each([
  ['one sample', variational],
  ['four samples', several],
])('in a variational model of %s', (_, spec) => {
  it('weights multiply reconstruction and divergence alike', async () => {
    const [one, weighted] = [await put(rows(1)), await put(rows(1), { weights: [3] })];
    const model = await smallModel(spec);
    const [plain, tripled] = [await model.evaluate(one), await model.evaluate(weighted)];
    for (const name of ['loss', 'reconstruction', 'kl'] as const)
      expectClose([tripled[name]!], [3 * plain[name]!], 1e-5 * Math.abs(plain[name]!), name);
  });

  it('an example of weight 0 changes nothing, whatever it holds', async () => {
    const outcomes: number[][] = [];
    for (const seed of [1, 2]) {
      const data = rows(6);
      data.set(rows(1, 20 + seed), 2 * features);
      const set = await put(data, { weights: often });
      const model = await smallModel(spec);
      await model.fit(set, { epochs: 3, batchSize: 4 });
      outcomes.push(await bits(model));
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });
});

describe('weights', () => {
  it('of 1 leave all bits as they are', async () => {
    const outcomes: unknown[] = [];
    for (const weights of [undefined, Array(20).fill(1)]) {
      const set = await put(rows(20), { weights });
      const model = await smallModel(variational);
      const { loss, validation } = await model.fit(set, { epochs: 3, batchSize: 6, validation: 0.25 });
      outcomes.push([loss, validation, await bits(model), await model.evaluate(set)]);
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('go with their examples into views, shuffled batches and the window of streamed data', async () => {
    const weights = Array.from(new Draw(7).floats(40, 0, 3));
    const outcomes: unknown[] = [];
    for (const deviceBytes of [undefined, 8 * 4 * features * 4]) {
      const set = await put(rows(40), { weights, deviceBytes });
      const [training, held] = set.split(0.75, { seed: 2 });
      const model = await smallModel(variational);
      const { loss, validation } = await model.fit(training, { epochs: 3, batchSize: 8, validation: held });
      outcomes.push([loss, validation, await bits(model)]);
      const one = set.filter((_, i) => i === 5);
      const [alone] = [await model.evaluate(one)];
      const plain = await put(rows(40).slice(5 * features, 6 * features));
      expectClose([alone.loss], [weights[5] * (await model.evaluate(plain)).loss], 1e-5);
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('do not multiply penalties or scores', async () => {
    const [plain, weighted] = [await put(rows(6)), await put(rows(6), { weights: often })];
    const model = await smallModel({ penalty: sparsity(0.1) });
    expect((await model.evaluate(weighted)).penalty).toBe((await model.evaluate(plain)).penalty);
    expect(await model.errors(weighted)).toEqual(await model.errors(plain));
  });

  it('multiply the losses of puzzles', async () => {
    const gpu = await sharedGpu();
    const model = await jigsaw(gpu, {
      input: [6, 6, 1],
      tiles: 2,
      permutations: 4,
      encoder: [flatten(), dense(3)],
      head: [],
    });
    forThisTest(model);
    const images = new Draw(3).floats(4 * 36, 0, 1);
    const sets = [
      forThisTest(await dataset(gpu, images, { shape: [6, 6, 1] })),
      forThisTest(await dataset(gpu, images, { shape: [6, 6, 1], weights: [2, 2, 2, 2] })),
    ];
    const [plain, doubled] = [await model.evaluate(sets[0]), await model.evaluate(sets[1])];
    expectClose([doubled.loss], [2 * plain.loss], 1e-6);
    expect(doubled.accuracy).toBe(plain.accuracy);
  });

  it('leave nothing on the device when their data set is disposed', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const before = gpu.memory().buffers;
    const set = await put(rows(20), { weights: Array(20).fill(2) });
    await model.evaluate(set);
    const made = await classifier(gpu, { encoder: model.encoder, classes: 2, classWeights: [1, 3] });
    await made.evaluate(
      set,
      Array.from({ length: 20 }, (_, i) => i % 2),
    );
    for (const each of [made, set]) each.dispose();
    expect(gpu.memory().buffers).toBe(before);
  });

  it('are refused by a GAN, whose loss compares no examples', async () => {
    const gpu = await sharedGpu();
    const model = forThisTest(
      await gan(gpu, { code: 2, generator: [dense(features)], discriminator: [dense(3, 'relu')] }),
    );
    const set: Dataset = await put(rows(3), { weights: [1, 2, 3] });
    await expectRefused(DataError, 'fit: a GAN takes no weights of examples', model.fit(set, { epochs: 1 }));
  });
});

describe('the weights of classes', () => {
  it('stay in the file of a classifier, which goes on with the same bits', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const made = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 3, classWeights: [1, 0.25, 3] }));
    const labels = [0, 1, 2, 0, 1, 1];
    await made.fit(rows(6), labels, { epochs: 2 });
    const loaded = forThisTest(await loadClassifier(gpu, await made.save()));
    for (const each of [made, loaded]) await each.fit(rows(6), labels, { epochs: 2 });
    expect(await bits(loaded)).toEqual(await bits(made));
    expect(await loaded.evaluate(rows(6), labels)).toEqual(await made.evaluate(rows(6), labels));
  });

  it('are refused if there is not one for each class', async () => {
    const { encoder } = await smallModel();
    const made = classifier(await sharedGpu(), { encoder, classes: 3, classWeights: [1, 2] });
    await expectRefused(ShapeError, 'classifier: classWeights: 3 classes, but 2 weights', made);
  });
});
