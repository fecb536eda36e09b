import fc from 'fast-check';
import { describe, it } from 'vitest';
import * as lib from '../../src/index.ts';
import type { Gpu } from '../../src/index.ts';
import { bytes, data, labels, rows } from '../support/wrong-data.ts';
import {
  flag,
  gpuKind,
  isSides,
  not,
  oneOf,
  optional,
  options,
  ownGpu,
  refuseAll,
  seed,
  whole,
  word,
  type Kind,
  type Target,
  weightsOf,
} from '../support/wrong.ts';

const {
  conv2d,
  dense,
  dropout,
  flatten,
  gaussian,
  gaussianNoise,
  maskNoise,
  minMax,
  shuffleTiles,
  sparsity,
  standardize,
  weightDecay,
} = lib;

const spec = {
  input: 12,
  encoder: [dense(5, 'relu')],
  decoder: [dense(12, 'sigmoid')],
  loss: 'bce',
} satisfies lib.AutoencoderSpec;
const puzzle = {
  input: [8, 8, 1],
  tiles: 2,
  permutations: 6,
  encoder: [flatten(), dense(4)],
  head: [],
} satisfies lib.JigsawSpec;

const listOf = (value: unknown, right: (part: never) => boolean) =>
  (Array.from(Array.isArray(value) ? value : [value]) as never[]).every(right);

const layers = (names: string, least: number): Kind =>
  fc.oneof(
    not(
      names,
      (value) =>
        Array.isArray(value) &&
        value.length >= least &&
        listOf(value, (layer: lib.Layer) => typeof layer.outputShape === 'function'),
    ),
    oneOf(
      names,
      dense(5),
      [dense],
      [undefined, dense(5)],
      Array(1),
      [dense(5), gaussianNoise(1)],
      [{ forward() {} }],
      [[dense(5)]],
      'dense',
      [new Proxy({}, {})],
    ),
  );

/** Corruptions or penalties, alone or several. */
const parts = (names: string, has: string, ...others: unknown[]): Kind =>
  optional(
    fc.oneof(
      not(names, (value) => listOf(value, (part) => typeof part[has] === 'function')),
      oneOf(names, ...others),
    ),
  );

const specKind = options(spec, {
  input: fc.oneof(
    not('input', (value) => isSides(Array.isArray(value) ? value : [value])),
    fc
      .integer({ min: 1, max: 99 })
      .filter((n) => n !== 12)
      .map((value) => ({ value, names: `the decoder ends in [12], the input is [${value}]` })),
    oneOf('the input is', 2 ** 40, 2 ** 52),
    oneOf('not [3, 4]', [3, 4]),
  ),
  encoder: fc.oneof(
    layers('encoder', 1),
    oneOf('bytes', [dense(2 ** 40)], [dense(2 ** 52)]),
    oneOf('not [12]', [conv2d(2, 3)]),
  ),
  decoder: fc.oneof(
    layers('decoder', 1),
    fc
      .integer({ min: 1, max: 99 })
      .filter((n) => n !== 12)
      .map((n) => ({ value: [dense(n, 'sigmoid')], names: `the decoder ends in [${n}], the input is [12]` })),
    oneOf('gaussian', [gaussian(2), dense(12, 'sigmoid')]),
    oneOf('sigmoid', [dense(12)], [dense(12, 'relu'), dropout(0.5)]),
  ),
  loss: fc.oneof(
    word('loss', ['bce', 'mse', 'mae', 'huber']),
    oneOf('loss', lib.huber, lib.elementwise, ['mse'], { name: 'huber', args: [] }, gaussianNoise(1)),
    oneOf(
      'my own',
      lib.elementwise({ name: 'my own', wgsl: 'nothing(y)', derivative: '1' }),
      lib.elementwise({ name: 'my own', wgsl: 'y', derivative: 'y < x' }),
    ),
  ),
  corrupt: parts(
    'corrupt',
    'record',
    gaussianNoise,
    sparsity(0.1),
    [maskNoise(0.1), weightDecay(0.1)],
    Array(2),
    dense(5),
    standardize(),
  ),
  penalty: parts('penalty', 'check', sparsity, gaussianNoise(0.1), shuffleTiles(2), [sparsity(0.1), null], Array(1)),
  normalize: optional(
    fc.oneof(
      not('normalize', (value) => Array.isArray((value as lib.Normalize).args)),
      oneOf('normalize', minMax, standardize, { name: 'minMax' }, [minMax()]),
    ),
  ),
  tied: optional(flag('tied')),
  condition: optional(
    fc.oneof(
      options({ classes: 3 }, { classes: fc.oneof(whole('classes', { least: 2 }), oneOf('classes', 2 ** 30)) }),
      oneOf('condition', 3, [3], 'label'),
    ),
  ),
  seed: optional(seed()),
});

const puzzleKind = options(puzzle, {
  input: fc.oneof(not('input', isSides), oneOf('input', [8, 8], [8], [8, 8, 1, 1])),
  tiles: word('tiles', [2, 3]),
  permutations: fc.oneof(whole('permutations', { least: 2 }), oneOf('permutations', 25, 2 ** 40)),
  encoder: layers('encoder', 0),
  head: layers('head', 0),
  gap: optional(fc.oneof(whole('gap', { least: 0 }), oneOf('gap', 4, 99))),
  seed: optional(seed()),
});

async function made(gpu: Gpu) {
  const model = await lib.autoencoder(gpu, { ...spec, corrupt: gaussianNoise(0.1) });
  const variational = await lib.autoencoder(gpu, { ...spec, encoder: [dense(6), gaussian(2)] });
  const quantised = await lib.autoencoder(gpu, { ...spec, encoder: [dense(6), lib.vectorQuantizer(4)] });
  const probe = await lib.classifier(gpu, { encoder: model.encoder, classes: 3 });
  const solver = await lib.jigsaw(gpu, puzzle);
  const gone = await lib.dataset(gpu, rows(4, 12), { shape: [12] });
  gone.dispose();
  const stranger = await lib.dataset(await ownGpu(), rows(4, 12), { shape: [12] });
  return { model, variational, quantised, probe, solver, gone, stranger };
}

describe('models', () => {
  it('refuse wrong parts', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const { model, probe, solver } = await made(gpu);
    const files = await Promise.all([model.save(), probe.save(), solver.save()]);
    const freed = (making: Promise<{ dispose(): void }>) => making.then((each) => each.dispose());
    const target = (call: (...args: never[]) => Promise<{ dispose(): void }>, good: unknown, wrong: Kind): Target => ({
      call: (...args) => freed(call(...args)),
      good: [gpu, good],
      wrong: [gpuKind, wrong],
    });
    const probeSpec = { encoder: model.encoder, classes: 3 };
    const probeKind = options(probeSpec, {
      encoder: fc.oneof(
        not('encoder', () => false),
        oneOf('encoder', model, model.decoder),
      ),
      classes: fc.oneof(whole('classes', { least: 2 }), oneOf('bytes', 2 ** 40)),
      freeze: optional(flag('freeze')),
      hidden: optional(layers('hidden', 0)),
      classWeights: optional(weightsOf(3, 'classes')),
      seed: optional(seed()),
    });
    const targets = {
      autoencoder: target(lib.autoencoder, spec, specKind),
      jigsaw: target(lib.jigsaw, puzzle, puzzleKind),
      classifier: target(lib.classifier, probeSpec, probeKind),
      loadAutoencoder: target(
        lib.loadAutoencoder,
        files[0],
        fc.oneof(bytes(), oneOf('autoencoder', files[1], files[2])),
      ),
      loadClassifier: target(lib.loadClassifier, files[1], fc.oneof(bytes(), oneOf('classifier', files[0], files[2]))),
      loadJigsaw: target(lib.loadJigsaw, files[2], fc.oneof(bytes(), oneOf('jigsaw', files[0], files[1]))),
    };
    await refuseAll(task, 'models, made and loaded', targets, gpu, [150, 10_000]);
  });

  it('refuse wrong input, and continue', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const { model, variational, quantised, probe, solver, gone, stranger } = await made(gpu);
    const weights = await model.weights();
    const examples = data(12, { gone, stranger });
    const [x, single, codes, images] = [rows(4, 12), rows(1, 12), rows(4, 5), rows(4, 64)];
    const batchSize = optional(whole('batchSize', { least: 1 }));
    const drawing = options({}, { seed: optional(seed()) });
    const saving = options({}, { optimizer: optional(flag('optimizer')) });
    const alone = fc.oneof(examples, oneOf('one example, not 4', x));
    const numbers = fc.oneof(
      not(
        'value',
        (value) => Array.isArray(value) && value.length > 0 && listOf(value, (each) => typeof each === 'number'),
      ),
      oneOf('value', [NaN], [0, Infinity], [1e300]),
    );
    const targets: Record<string, Target> = {
      encode: { call: (x: lib.Data) => model.encode(x), good: [x], wrong: [examples] },
      decode: { call: (z: lib.Matrix) => model.decode(z), good: [codes], wrong: [data(5)] },
      'encoder.predict': { call: (x: lib.Data) => model.encoder.predict(x), good: [x], wrong: [examples] },
      reconstruct: { call: (x: lib.Data) => model.reconstruct(x), good: [x], wrong: [examples] },
      evaluate: {
        call: (x: lib.Data, o: object) => model.evaluate(x, o),
        good: [x, {}],
        wrong: [examples, options({}, { batchSize, seed: optional(seed()) })],
      },
      errors: {
        call: (x: lib.Data, o: object) => model.errors(x, o),
        good: [x, {}],
        wrong: [examples, options({}, { perFeature: optional(flag('perFeature')) })],
      },
      corrupt: { call: (x: lib.Data, o: object) => model.corrupt(x, o), good: [x, {}], wrong: [examples, drawing] },
      posterior: { call: (x: lib.Data) => variational.posterior(x), good: [x], wrong: [examples] },
      logLikelihood: {
        call: (x: lib.Data, o: object) => variational.logLikelihood(x, o),
        good: [x, { samples: 2 }],
        wrong: [
          examples,
          options(
            { samples: 2 },
            { samples: optional(whole('samples', { least: 1, most: 2 ** 24 })), seed: optional(seed()) },
          ),
        ],
      },
      indices: { call: (x: lib.Data) => quantised.indices(x), good: [x], wrong: [examples] },
      fitSampler: {
        call: (x: lib.Data, o: object) => model.fitSampler(x, o),
        good: [x, { components: 2 }],
        wrong: [
          examples,
          options(
            { components: 2 },
            {
              components: fc.oneof(optional(whole('components', { least: 1 })), oneOf('components', 5, 1001)),
              seed: optional(seed()),
              iterations: optional(whole('iterations', { least: 1 })),
            },
          ),
        ],
      },
      sample: {
        call: (n: number, o: object) => variational.sample(n, o),
        good: [2, {}],
        wrong: [fc.oneof(whole('count', { least: 1 }), oneOf('count', 2 ** 40)), drawing],
      },
      interpolate: {
        call: (a: lib.Data, b: lib.Data, n: number, o: object) => model.interpolate(a, b, n, o),
        good: [single, single, 3, {}],
        wrong: [
          alone,
          alone,
          fc.oneof(whole('steps', { least: 2 }), oneOf('steps', 2 ** 40)),
          options({}, { path: optional(word('path', ['linear', 'spherical'])) }),
        ],
      },
      traverse: {
        call: (x: lib.Data, d: number, v: number[]) => model.traverse(x, d, v),
        good: [single, 1, [0, 1]],
        wrong: [alone, whole('dimension', { least: 0, most: 4 }), numbers],
      },
      setWeights: {
        call: (w: never) => model.setWeights(w),
        good: [weights],
        throws: true,
        wrong: [wrongWeights(weights)],
      },
      save: { call: (o: object) => model.save(o), good: [{}], wrong: [saving] },
      toOnnx: {
        call: (part: lib.OnnxPart) => model.toOnnx(part),
        good: ['encoder'],
        wrong: [optional(word('part', ['autoencoder', 'encoder', 'decoder']))],
      },
      'classifier.evaluate': {
        call: (x: lib.Data, l: number[], o: object) => probe.evaluate(x, l, o),
        good: [x, [0, 1, 2, 0], {}],
        wrong: [examples, labels(4, 3), options({}, { batchSize })],
      },
      'classifier.predict': { call: (x: lib.Data) => probe.predict(x), good: [x], wrong: [examples] },
      'classifier.save': { call: (o: object) => probe.save(o), good: [{}], wrong: [saving] },
      'jigsaw.evaluate': {
        call: (x: lib.Data, o: object) => solver.evaluate(x, o),
        good: [images, {}],
        wrong: [data(64), options({}, { batchSize, seed: optional(seed()) })],
      },
      'jigsaw.solve': {
        call: (x: lib.Data, o: object) => solver.solve(x, o),
        good: [images, {}],
        wrong: [data(64), drawing],
      },
      'jigsaw.encode': { call: (x: lib.Data) => solver.encode(x), good: [rows(4, 9)], wrong: [data(9)] },
    };
    await refuseAll(task, 'methods of models', targets, gpu, [60, 2_000]);
  });
});

function wrongWeights(weights: Record<string, lib.Matrix>): Kind {
  const name = fc.constantFrom(...Object.keys(weights));
  const anything = not('', () => false);
  const one = (make: (right: lib.Matrix, value: unknown) => unknown): Kind =>
    fc
      .tuple(name, anything)
      .map(([names, { value }]) => ({ value: { ...weights, [names]: make(weights[names], value) }, names }));
  return fc.oneof(
    not('setWeights', (value) => Object.prototype.toString.call(value) === '[object Object]'),
    one((_, value) => value),
    one(({ shape }, value) => ({ data: value, shape })),
    one(({ data }, value) => ({ data, shape: value })),
    one(({ data, shape }) => ({ data: new Float64Array(data), shape })),
    fc.constantFrom(NaN, Infinity).map((value) => ({
      value: { 'encoder.0.bias': { data: new Float32Array(5).fill(value, 2), shape: [5] } },
      names: `${value} at index 2`,
    })),
    fc.string().map((other) => ({
      value: { [other]: { data: new Float32Array(5), shape: [5] } },
      names: `the model has no ${other}`,
    })),
  );
}
