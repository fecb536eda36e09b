import { describe, expect, it } from 'vitest';
import {
  adam,
  autoencoder,
  conv2d,
  DataError,
  dataset,
  dense,
  dropout,
  elementwise,
  flatten,
  gaussian,
  huber,
  jigsaw,
  LatentGpuError,
  OptionError,
  sgd,
  ShapeError,
  standardize,
  vectorQuantizer,
} from '../../src/index.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const good = new Draw(1).floats(12 * 20, 0, 1);

describe('fit refuses, before any dispatch', () => {
  const nan = good.slice();
  nan[12 * 3 + 5] = NaN;
  const cases: [
    string,
    Float32Array | { data: Float32Array; shape: number[] },
    object,
    new (message: string) => Error,
    string,
  ][] = [
    [
      'a wrong shape',
      { data: new Float32Array(22), shape: [2, 11] },
      { epochs: 1 },
      ShapeError,
      'fit: the model takes 12 features, the data has 11 ([2, 11])',
    ],
    [
      'a length that is no number of rows',
      new Float32Array(13),
      { epochs: 1 },
      ShapeError,
      '13 values are not a whole number of examples of [12]',
    ],
    ['empty data', new Float32Array(0), { epochs: 1 }, DataError, 'dataset: the data is empty'],
    ['NaN in the data', nan, { epochs: 1 }, DataError, 'dataset: NaN at row 3, column 5'],
    [
      'data outside [0, 1] for bce',
      good.map((v, i) => (i === 14 ? -2 : v)),
      { epochs: 1 },
      DataError,
      'bce: -2 at row 1, column 2 is outside [0, 1]',
    ],
    [
      'a batch larger than the data',
      good,
      { epochs: 1, batchSize: 21 },
      OptionError,
      'fit: a batchSize of 21 is more than the 20 examples',
    ],
    ['zero epochs', good, { epochs: 0 }, OptionError, 'fit: epochs: 0 is not a whole number of at least 1'],
    ['neither epochs nor steps', good, {}, OptionError, 'fit: give epochs or steps'],
    ['epochs and steps', good, { epochs: 1, steps: 1 }, OptionError, 'fit: give epochs or steps, not both'],
    [
      'an unknown option',
      good,
      { epochs: 1, validationSplit: 0.1 },
      OptionError,
      "fit: unknown option 'validationSplit' (did you mean validation: 0.1?)",
    ],
    [
      'a misspelt option',
      good,
      { epochs: 1, batchsize: 2 },
      OptionError,
      "fit: unknown option 'batchsize' (did you mean batchSize?)",
    ],
    [
      'patience without validation',
      good,
      { epochs: 1, patience: 2 },
      OptionError,
      'fit: patience needs validation data',
    ],
    [
      'validation of another shape',
      good,
      { epochs: 1, validation: { data: new Float32Array(22), shape: [2, 11] } },
      ShapeError,
      'fit: validation: the model takes 12 features, the data has 11',
    ],
    [
      'a validation share that leaves nothing',
      good,
      { epochs: 1, validation: 0.001 },
      DataError,
      'leaves no example to validate on',
    ],
    [
      'no optimizer at all',
      good,
      { epochs: 1, optimizer: null },
      OptionError,
      'the optimizer must be made by sgd, adam, adamw or adagrad, not null',
    ],
    [
      'an optimizer of its own making',
      good,
      { epochs: 1, optimizer: 'adam' },
      OptionError,
      'the optimizer must be made by',
    ],
  ];

  it.each(cases)('%s', async (_, data, options, type, message) => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const before = gpu.counters();
    const memory = gpu.memory().bytes;
    const error = await errorOf(model.fit(data, options));
    expect(error).toBeInstanceOf(type);
    expect(error.name).toBe(type.name);
    expect(error.message).toContain(message);
    expect(gpu.counters()).toEqual(before);
    expect(gpu.memory().bytes).toBe(memory);
  });

  it('100 examples without a batch size train', async () => {
    const model = await smallModel();
    const history = await model.fit(new Draw(2).floats(1200, 0, 1), { epochs: 2 });
    expect(history.steps).toBe(2);
  });
});

describe('a model refuses', () => {
  const refused = async (spec: object) => {
    const gpu = await sharedGpu();
    return errorOf(
      autoencoder(gpu, { input: 12, encoder: [dense(5)], decoder: [dense(12)], loss: 'mse', ...spec } as never),
    );
  };

  it.each([
    ['a decoder of another width', { decoder: [dense(11)] }, ShapeError, 'the decoder ends in [11], the input is [12]'],
    [
      'bce without a sigmoid',
      { loss: 'bce' },
      OptionError,
      "needs a decoder whose last layer has the activation 'sigmoid', not 'linear'",
    ],
    [
      'an unknown loss',
      { loss: 'mape' },
      OptionError,
      "the loss must be 'bce', 'mse', 'mae', 'huber', or what huber, elementwise or categorical returns, not 'mape'",
    ],
    [
      'the maker of a loss',
      { loss: huber },
      OptionError,
      'what huber, elementwise or categorical returns, not function',
    ],
    ['bce of standardized data', { loss: 'bce', normalize: standardize() }, OptionError, 'use minMax()'],
    [
      'a loss that does not compile',
      { loss: elementwise({ name: 'my own', wgsl: 'nothing(y, x)', derivative: 'y' }) },
      OptionError,
      "elementwise: the formula 'my own' is not valid WGSL of y and x",
    ],
    [
      'layers without any weight',
      { encoder: [dropout(0.1)], decoder: [dropout(0.1)] },
      OptionError,
      'the model has nothing to train: give it a layer with weights, such as dense',
    ],
    ['an empty encoder', { encoder: [] }, OptionError, 'the encoder must be a list of at least one layer'],
    ['a broken input', { input: 0 }, OptionError, 'autoencoder: input: 0 is not'],
    ['a dense layer on images', { input: [4, 3, 1] }, ShapeError, 'dense: takes flat features, not [4, 3, 1]'],
    ['a broken seed', { seed: 1.5 }, OptionError, 'autoencoder: seed: 1.5 is not'],
    [
      'tied weights of what is not dense',
      { tied: true, encoder: [gaussian(5)] },
      OptionError,
      'autoencoder: tied weights take dense layers, not gaussian',
    ],
    [
      'tied weights of another number of layers',
      { tied: true, encoder: [dense(8), dense(5)] },
      OptionError,
      'the same number of dense layers in encoder and decoder, not 2 and 1',
    ],
    ['an unknown option', { latentDim: 5 }, OptionError, "autoencoder: unknown option 'latentDim'"],
  ])('%s', async (_, spec, type, message) => {
    const error = await refused(spec);
    expect(error).toBeInstanceOf(type);
    expect(error.message).toContain(message);
  });

  it.each([
    ['an unknown activation', () => dense(3, 'swish' as never), "there is no activation 'swish'"],
    ['an unknown initializer', () => dense(3, 'relu', { init: 'zeros' as never }), "there is no initializer 'zeros'"],
    ['half a unit', () => dense(0.5), 'dense: units: 0.5 is not a whole number'],
    ['a negative rate', () => adam(-1), 'adam: learning rate: -1 is not'],
    ['Nesterov without a momentum', () => sgd(0.1, { nesterov: true }), 'sgd: nesterov needs a momentum'],
    ['a momentum that is none', () => adam(1e-3, { beta1: 1 }), 'adam: beta1'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(OptionError);
  });
});

describe('other calls refuse', () => {
  it('describe the mismatch', async () => {
    const model = await smallModel();
    expect((await errorOf(model.encode(new Float32Array(13)))).message).toContain(
      'not a whole number of examples of [12]',
    );
    expect((await errorOf(model.decode({ data: new Float32Array(6), shape: [1, 6] }))).message).toContain(
      'takes 5 features, the data has 6',
    );
    expect(await errorOf(model.evaluate(good, { batchSize: 0 }))).toBeInstanceOf(OptionError);
    expect(await errorOf(model.errors(good, { perfeature: true } as never))).toBeInstanceOf(OptionError);
    expect(await errorOf(model.interpolate(good, good, 3))).toBeInstanceOf(ShapeError);
    expect(await errorOf(model.traverse(good.subarray(0, 12), 5, [0]))).toBeInstanceOf(OptionError);
    const gpu = await sharedGpu();
    expect(await errorOf(dataset(gpu, good))).toBeInstanceOf(OptionError);
  });
});

describe('a jigsaw', () => {
  const spec = {
    input: [8, 8, 1] as [number, number, number],
    tiles: 2 as const,
    permutations: 4,
    encoder: [conv2d(2, 2, 'relu'), flatten(), dense(3)],
    head: [dense(4, 'relu')],
  };

  it.each([gaussian(3), vectorQuantizer(4)])('has no code of $name', async (code) => {
    const error = await errorOf(jigsaw(await sharedGpu(), { ...spec, encoder: [flatten(), dense(3), code] }));
    expect(error).toEqual(
      new OptionError(`jigsaw: ${code.name} can only be the last layer of an autoencoder's encoder`),
    );
  });

  it('throws after it is disposed, and can be disposed twice', async () => {
    const gpu = await sharedGpu();
    const before = gpu.memory().buffers;
    const model = await jigsaw(gpu, spec);
    model.dispose();
    model.dispose();
    expect(gpu.memory().buffers).toBe(before);
    expect(await errorOf(model.save())).toEqual(new LatentGpuError('the model was disposed'));
  });
});
