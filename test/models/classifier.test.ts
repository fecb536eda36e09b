import { describe, expect, it } from 'vitest';
import {
  adam, classifier, DataError, dataset, dense, DivergedError, dropout, gaussian, openGpu, OptionError, sgd, topK,
  type Autoencoder, type ClassifierSpec, type Layer, type Matrix,
} from '../../src/index.ts'; // prettier-ignore
import { crossEntropy } from '../reference/cross-entropy.ts';
import { dense as denseReference } from '../reference/dense.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { differences } from '../support/gradient.ts';
import { bits, errorOf, makeModel, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const classes = 3;
const inputs = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);
const drawLabels = (examples: number, seed = 2) => Array.from(new Draw(seed).floats(examples, 0, classes), Math.floor);

/** Examples whose class can be told: where their largest value lies, among the first three. */
function tellable(examples: number, seed = 3) {
  const data = inputs(examples, seed);
  const labels = Array.from({ length: examples }, (_, n) => {
    const label = Math.floor((data[12 * n + 11] * 97) % classes);
    data[12 * n + label] = 2;
    return label;
  });
  return { data, labels };
}

async function make(spec: Partial<ClassifierSpec> = {}, encoder: Layer[] = [dense(5, 'tanh')]) {
  const model = await smallModel({ encoder });
  return {
    model,
    made: forThisTest(await classifier(await sharedGpu(), { encoder: model.encoder, classes, ...spec })),
  };
}

describe('a classifier', () => {
  /** Its losses in float64, of 12-5-4-3 with tanh. */
  function reference(weights: Record<string, ArrayLike<number>>, x: ArrayLike<number>, labels: number[]) {
    const code = denseReference(x, weights['encoder.0.weight'], weights['encoder.0.bias'], 12, 'tanh');
    const hidden = denseReference(code, weights['head.0.weight'], weights['head.0.bias'], 5, 'tanh');
    const { losses, hits } = crossEntropy(
      denseReference(hidden, weights['head.1.weight'], weights['head.1.bias'], 4, 'linear'),
      labels,
      classes,
      labels.length,
    );
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b) / labels.length;
    return { loss: mean(losses), accuracy: mean(hits) };
  }

  it('evaluates to its formula in float64, for any batch', async () => {
    const { made } = await make({ hidden: [dense(4, 'tanh')] });
    const wanted = reference(inFloat64(await made.weights()), inputs(20), drawLabels(20));
    for (const batchSize of [undefined, 1, 7, 20]) {
      const { loss, accuracy } = await made.evaluate(inputs(20), drawLabels(20), { batchSize });
      expectClose([loss, accuracy], [wanted.loss, wanted.accuracy], 1e-6);
    }
  });

  it('follows its gradient: one step of gradient descent against finite differences', async () => {
    const { made } = await make({ hidden: [dense(4, 'tanh')] });
    const before = inFloat64(await made.weights());
    await made.fit(inputs(6), drawLabels(6), { steps: 1, batchSize: 6, shuffle: false, optimizer: sgd(1) });
    const after = inFloat64(await made.weights());
    for (const [name, values] of Object.entries(before)) {
      const wanted = differences((x) => reference({ ...before, [name]: x }, inputs(6), drawLabels(6)).loss, values);
      expectNear(
        values.map((w, i) => w - after[name][i]),
        wanted,
        2e-5,
        name,
      );
    }
  });

  it('learns separable classes', async () => {
    for (const freeze of [true, false]) {
      const { made } = await make({ freeze });
      const { data, labels } = tellable(300);
      const held = tellable(100, 8);
      const { epochs, stopped } = await made.fit(data, labels, { epochs: 30, batchSize: 30, optimizer: adam(0.05) });
      expect(stopped).toBe('finished');
      expect(epochs.at(-1)!.accuracy).toBeGreaterThan(0.97);
      const { accuracy } = await made.evaluate(held.data, held.labels);
      expect(accuracy).toBeGreaterThan(0.95);
    }
  });

  it('predicts probabilities and the likeliest class, as it evaluates', async () => {
    const { made } = await make();
    const { data, labels } = tellable(40);
    const { data: p, shape, labels: answers } = await made.predict(data);
    expect(shape).toEqual([40, classes]);
    const rows = Array.from({ length: 40 }, (_, n) => p.subarray(n * classes, (n + 1) * classes));
    for (const row of rows) expectClose([row.reduce((a, b) => a + b)], [1], 1e-6);
    expect([...answers]).toEqual(rows.map((row) => row.indexOf(Math.max(...row))));
    const { loss, accuracy } = await made.evaluate(data, labels);
    expect(accuracy).toBeCloseTo(labels.filter((label, n) => answers[n] === label).length / 40, 6);
    expectClose([loss], [rows.reduce((sum, row, n) => sum - Math.log(row[labels[n]]) / 40, 0)], 1e-5);
  });

  it('gives the same bits for the same seed, in one fit or in several', async () => {
    const train = async (seed: number, fits: number[]) => {
      const { made } = await make({ seed, hidden: [dropout(0.3), dense(4, 'relu')] });
      const { data, labels } = tellable(50);
      for (const steps of fits) await made.fit(data, labels, { steps, batchSize: 16 });
      const result = await bits(made);
      return result;
    };
    const whole = await train(1, [9]);
    expect(await train(1, [2, 7])).toEqual(whole);
    expect(await train(2, [9])).not.toEqual(whole);
  });

  it('frees its memory', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const before = gpu.memory();
    for (const freeze of [true, false]) {
      const made = await classifier(gpu, { encoder: model.encoder, classes, freeze });
      const { bytes: held } = gpu.memory();
      const { data, labels } = tellable(20);
      await made.fit(data, labels, { epochs: 1, validation: 0.25, optimizer: sgd(0.1) });
      await made.evaluate(data, labels);
      await made.predict(data);
      // Gradients stay: of the trained weights, so of no more than it holds.
      expect(gpu.memory().bytes - held).toBeLessThanOrEqual(held - before.bytes);
      made.dispose();
      expect(gpu.memory()).toMatchObject({ bytes: before.bytes, buffers: before.buffers });
    }
  });
});

describe('the encoder of a classifier', () => {
  const encoderOf = (weights: Record<string, Matrix>) =>
    Object.entries(weights)
      .filter(([name]) => name.startsWith('encoder'))
      .map(([name, { data }]) => [name, [...data]]);

  it('starts as a copy, and fine-tuning does not change the original', async () => {
    const { model, made } = await make();
    const original = encoderOf(await model.weights());
    expect(encoderOf(await made.weights())).toEqual(original);
    await made.fit(inputs(10), drawLabels(10), { steps: 3 });
    expect(encoderOf(await made.weights())).not.toEqual(original);
    expect(encoderOf(await model.weights())).toEqual(original);
  });

  it('does not change if it is frozen', async () => {
    const { made } = await make({ freeze: true });
    const before = await made.weights();
    await made.fit(inputs(10), drawLabels(10), { steps: 3 });
    const after = await made.weights();
    expect(encoderOf(after)).toEqual(encoderOf(before));
    expect(after['head.0.weight']).not.toEqual(before['head.0.weight']);
  });

  it('outlives the autoencoder', async () => {
    const { model, made } = await make({ freeze: true });
    const [original, before] = [encoderOf(await model.weights()), await made.weights()];
    model.dispose();
    const history = await made.fit(inputs(10), drawLabels(10), { steps: 1 });
    expect(history).toMatchObject({ steps: 1, loss: [expect.closeTo(Math.log(classes), 0)] });
    const after = await made.weights();
    expect(encoderOf(after)).toEqual(original);
    expect(after['head.0.weight']).not.toEqual(before['head.0.weight']);
  });

  it('gives the mean of a Gaussian code, in training too', async () => {
    const { made } = await make({}, [dense(6, 'tanh'), gaussian(2)]);
    const before = await made.weights();
    const once = await made.evaluate(inputs(10), drawLabels(10));
    const { epochs } = await made.fit(inputs(10), drawLabels(10), { steps: 1, batchSize: 10 });
    expectClose([epochs[0].loss], [once.loss], 1e-6);
    const after = await made.weights();
    expect(after['encoder.1.mean.weight']).not.toEqual(before['encoder.1.mean.weight']);
    expect(after['encoder.1.logvar.weight']).toEqual(before['encoder.1.logvar.weight']);
  });

  it('drops units in fine-tuning, but not if it is frozen', async () => {
    for (const freeze of [true, false]) {
      const { made } = await make({ freeze }, [dropout(0.5), dense(5, 'tanh')]);
      const { loss } = await made.evaluate(inputs(10), drawLabels(10));
      const { epochs } = await made.fit(inputs(10), drawLabels(10), { steps: 1, batchSize: 10 });
      if (freeze) expectClose([epochs[0].loss], [loss], 1e-6);
      else expect(Math.abs(epochs[0].loss - loss)).toBeGreaterThan(1e-3);
    }
  });
});

describe('labels', () => {
  /** The last value of an example says its class to the test: where labels go astray, so does the loss. */
  const sure = async (encoder: Autoencoder) => {
    const made = forThisTest(await classifier(await sharedGpu(), { encoder: encoder.encoder, classes }));
    const { data, labels } = tellable(60);
    await made.fit(data, labels, { epochs: 40, batchSize: 20, optimizer: adam(0.06) });
    return made;
  };

  it('stay with their examples through views and shuffles', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel({ encoder: [dense(8, 'tanh')] });
    const made = await sure(model);
    const { data, labels } = tellable(60);
    const set = forThisTest(await dataset(gpu, data, { shape: [12], labels }));
    const odd = set.filter((_, i) => i % 2 === 1);
    const [some, rest] = odd.split(0.4, { seed: 4 });
    for (const view of [set, odd, some, rest, rest.take(5)]) {
      const { accuracy } = await made.evaluate(view, view.labels!);
      expect(accuracy).toBe(1);
      const { epochs } = await made.fit(view, view.labels!, { epochs: 2, batchSize: 5, optimizer: sgd(1e-6) });
      expect(epochs.map(({ accuracy }) => accuracy)).toEqual([1, 1]);
    }
  });

  it('come with validation data: a share, a data set with labels, or both by name', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel({ encoder: [dense(8, 'tanh')] });
    const made = await sure(model);
    const { data, labels } = tellable(60);
    const set = forThisTest(await dataset(gpu, data, { shape: [12], labels }));
    for (const validation of [0.3, set, { data, labels }, { data: set, labels }]) {
      const history = await made.fit(data, labels, { epochs: 1, validation, optimizer: sgd(1e-6) });
      expect(history.validation!.map(({ accuracy }) => accuracy)).toEqual([1]);
    }
    const unlabelled = forThisTest(await dataset(gpu, data, { shape: [12] }));
    await expectRefused(
      OptionError,
      'fit: validation: needs a label for each example',
      made.fit(data, labels, { epochs: 1, validation: unlabelled }),
    );
  });

  it('are refused where they are wrong, before any work of the device', async () => {
    const gpu = await sharedGpu();
    const { made } = await make();
    const before = { ...gpu.counters(), bytes: gpu.memory().bytes };
    await expectRefused(
      DataError,
      'fit: the label of row 2 is 3, not one of the 3 classes 0 to 2',
      made.fit(inputs(4), [0, 1, 3, 2], { epochs: 1 }),
    );
    expect({ ...gpu.counters(), bytes: gpu.memory().bytes }).toEqual(before);
  });
});

describe('a classifier refuses', () => {
  it.each<[string, object, string]>([
    ['no network', { encoder: [dense(3)] }, 'classifier: the encoder is a network'],
    ['a single class', { classes: 1 }, 'classifier: classes: 1 is not a whole number of at least 2'],
    ['an unknown option', { frozen: true }, "unknown option 'frozen'"],
    ['hidden layers that are none', { hidden: [4] }, 'classifier: hidden must be a list of layers'],
    [
      'a hidden Gaussian code',
      { hidden: [gaussian(2)] },
      "gaussian can only be the last layer of an autoencoder's encoder",
    ],
    [
      'a hidden sparse code',
      { hidden: [dense(4), topK(2)] },
      "topK can only be the last layer of an autoencoder's encoder",
    ],
  ])('%s', async (_, spec, message) => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    await expectRefused(OptionError, message, classifier(gpu, { encoder: model.encoder, classes, ...spec }));
  });

  it('a decoder, tied or not', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({
      input: 12,
      encoder: [dense(5)],
      decoder: [dense(12)],
      loss: 'mse',
      tied: true,
    });
    expect((await errorOf(classifier(gpu, { encoder: model.decoder, classes }))).message).toContain(
      'takes the `encoder` of a model, not its decoder',
    );
  });

  it('an encoder of another Gpu', async () => {
    const { encoder } = await smallModel();
    const other = await openGpu();
    expect((await errorOf(classifier(other, { encoder, classes }))).message).toContain('another Gpu');
    other.close();
  });

  it('two fits at once, and any after it is disposed', async () => {
    const { made } = await make();
    const first = made.fit(inputs(10), drawLabels(10), { steps: 2 });
    expect((await errorOf(made.fit(inputs(10), drawLabels(10), { steps: 1 }))).message).toContain(
      'being trained already',
    );
    await first;
    made.dispose();
    expect((await errorOf(made.fit(inputs(10), drawLabels(10), { steps: 1 }))).message).toContain('disposed');
  });

  it('a rate that makes it diverge, with the step and the weights before that step', async () => {
    const { made } = await make({}, [dense(5, 'relu')]);
    const error = (await errorOf(
      made.fit(inputs(10), drawLabels(10), { steps: 50, batchSize: 10, optimizer: sgd(1e12) }),
    )) as DivergedError;
    expect(error).toBeInstanceOf(DivergedError);
    for (const { data } of Object.values(await made.weights())) expect(data.every(Number.isFinite)).toBe(true);
  });
});
