import { describe, expect, it } from 'vitest';
import {
  conv2d,
  DataError,
  dense,
  FormatError,
  gaussian,
  LatentGpuError,
  loadAutoencoder,
  OptionError,
  readSafetensors,
  ShapeError,
  writeSafetensors,
  type Autoencoder,
} from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, makeModel, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { expectBySigmas } from '../support/statistics.ts';

const data = (count = 50, features = 12) => new Draw(1).floats(count * features, 0, 1);
const training = { steps: 2, batchSize: 16 };

/** A model of two numbers whose code and reconstruction are the example itself, bit by bit. */
async function identity(): Promise<Autoencoder> {
  const model = await makeModel({
    input: 2,
    encoder: [dense(2)],
    decoder: [dense(2)],
    loss: 'mse',
  });
  const weight = { data: Float32Array.of(1, 0, 0, 1), shape: [2, 2] };
  const bias = { data: new Float32Array(2), shape: [2] };
  model.setWeights({
    'encoder.0.weight': weight,
    'encoder.0.bias': bias,
    'decoder.0.weight': weight,
    'decoder.0.bias': bias,
  });
  return model;
}

/** Two clouds, one of them a quarter of the points. */
const clouds = (count: number, seed = 3) => {
  const draw = new Draw(seed);
  const [a, b, c] = [draw.floats(count), draw.floats(count), draw.floats(count)];
  return Float32Array.from({ length: 2 * count }, (_, i) => {
    const row = i >> 1;
    const far = row % 4 === 0 ? 10 : 0;
    return i % 2 ? a[row] + 0.5 * b[row] - far : b[row] + c[row] + far;
  });
};

/** Mean and covariance of rows of two. */
function momentsOf(rows: Float32Array) {
  const count = rows.length / 2;
  const mean = [0, 1].map((j) => rows.reduce((sum, value, i) => sum + (i % 2 === j ? value / count : 0), 0));
  const product = (row: number, i: number, j: number) => (rows[2 * row + i] - mean[i]) * (rows[2 * row + j] - mean[j]);
  const pairs = [[0, 0], [0, 1], [1, 1]] as const; // prettier-ignore
  const products = pairs.map(([i, j]) => Float64Array.from({ length: count }, (_, row) => product(row, i, j)));
  const covariance = products.map((values) => values.reduce((sum, value) => sum + value / count, 0));
  const deviation = products.map((values, p) =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - covariance[p]) ** 2 / count, 0) / count),
  );
  return { count, mean, covariance, deviation };
}

describe('samples', () => {
  it('come from any code with a fitted sampler: different in each call, the same with a seed', async () => {
    const model = await smallModel();
    await expectRefused(OptionError, /call fitSampler\(data\) first/, model.sample(3));
    const fitted = await model.fitSampler(data(), { components: 3 });
    expect(fitted).toEqual({
      logLikelihood: expect.any(Number) as number,
      iterations: expect.any(Number) as number,
      components: 3,
    });
    expect(Number.isFinite(fitted.logLikelihood)).toBe(true);
    const once = await model.sample(3, { seed: 5 });
    expect(once.shape).toEqual([3, 12]);
    expect(await model.sample(3, { seed: 5 })).toEqual(once);
    expect(await model.sample(3, { seed: 6 })).not.toEqual(once);
    expect(await model.sample(3)).not.toEqual(await model.sample(3));
    expect(await model.fitSampler(data(), { components: 3 })).toEqual(fitted);
    expect(await model.sample(3, { seed: 5 })).toEqual(once);
    await model.fitSampler(data(), { components: 3, seed: 8 });
    expect(await model.sample(3, { seed: 5 })).not.toEqual(once);
  });

  it('have the mean and covariance of the codes, which a mixture preserves', async () => {
    const model = await identity();
    const { components } = await model.fitSampler(clouds(400), { components: 2 });
    expect(components).toBe(2);
    const [wanted, found] = [momentsOf(clouds(400)), momentsOf((await model.sample(20_000, { seed: 2 })).data)];
    for (const j of [0, 1])
      expectBySigmas(found.mean[j], wanted.mean[j], Math.sqrt(wanted.covariance[2 * j] / found.count), `mean ${j}`);
    for (const p of [0, 1, 2])
      expectBySigmas(found.covariance[p], wanted.covariance[p], found.deviation[p], `covariance ${p}`);
  });

  it('of one example equal that example', async () => {
    const model = await identity();
    expect(await model.fitSampler(Float32Array.of(3, -1), { components: 1 })).toEqual({
      logLikelihood: 0,
      iterations: 1,
      components: 1,
    });
    expect((await model.sample(2)).data).toEqual(Float32Array.of(3, -1, 3, -1));
  });

  it('come from the mixture for a Gaussian code too, and before fitting from N(0, I)', async () => {
    const spec = { encoder: [dense(8, 'tanh'), gaussian(2)], decoder: [dense(12, 'sigmoid')] };
    const [model, plain] = [await smallModel(spec), await smallModel(spec)];
    expect(await model.sample(4, { seed: 1 })).toEqual(await plain.sample(4, { seed: 1 }));
    await model.fitSampler(data(), { components: 2 });
    expect(await model.sample(4, { seed: 1 })).not.toEqual(await plain.sample(4, { seed: 1 }));
  });

  it('come from codes that are images', async () => {
    const model = await smallModel({
      input: [4, 3, 1],
      encoder: [conv2d(2, 3, 'relu', { padding: 'same' })],
      decoder: [conv2d(1, 3, 'sigmoid', { padding: 'same' })],
    });
    await model.fitSampler(data(), { components: 2 });
    expect((await model.sample(3)).shape).toEqual([3, 4, 3, 1]);
  });

  it('use 20,000 of a larger number of examples, drawn by the seed', async () => {
    const model = await identity();
    const many = clouds(21_000);
    const of = (seed: number) => model.fitSampler(many, { components: 1, seed });
    const one = await of(1);
    expect(await of(1)).toEqual(one);
    expect((await of(2)).logLikelihood).not.toBe(one.logLikelihood);
    expect((await of(2)).logLikelihood).toBeCloseTo(one.logLikelihood, 1);
  });
});

describe('a sampler is refused', () => {
  it('for more components than examples, and for codes whose covariances are too large', async () => {
    const model = await smallModel();
    expect(await errorOf(model.fitSampler(data(9)))).toEqual(
      new OptionError('fitSampler: 10 components, but 9 examples: ask for fewer components, or give more examples'),
    );
    expect(await errorOf(model.fitSampler(data(5, 11)))).toBeInstanceOf(ShapeError);
    const large = await smallModel({ encoder: [dense(6000)] });
    await expectRefused(OptionError, /make the code smaller/, large.fitSampler(data(), { components: 1 }));
  });

  it('for codes beyond float32, with the example', async () => {
    const model = await identity();
    model.setWeights({ 'encoder.0.weight': { data: Float32Array.of(4, 0, 0, 1), shape: [2, 2] } });
    await expectRefused(
      DataError,
      /^fitSampler: the code of example 1 is too large for float32/,
      model.fitSampler(Float32Array.of(1, 2, 3e38, 4, 5, 6), { components: 1 }),
    );
    expect(await errorOf(model.sample(1))).toBeInstanceOf(OptionError);
  });

  it('by a disposed model', async () => {
    const model = await smallModel();
    await model.fitSampler(data(), { components: 2 });
    model.dispose();
    expect((await errorOf(model.fitSampler(data()))).message).toBe('the model was disposed');
    expect((await errorOf(model.sample(1))).message).toBe('the model was disposed');
  });
});

describe('an outdated sampler', () => {
  const changes: [what: string, change: (model: Autoencoder) => Promise<unknown>][] = [
    ['fit', (model) => model.fit(data(), training)],
    ['pretrain', (model) => model.pretrain(data(), training)],
    ['setWeights', async (model) => model.setWeights(await model.weights())],
    [
      'a fit that ends in its best weights',
      (model) =>
        model.fit(data(), {
          epochs: 2,
          validation: 0.2,
          restoreBest: true,
          onEpochEnd: async () => void (await model.fitSampler(data(), { components: 2 })),
        }),
    ],
  ];

  it.each(changes)('is reported, after %s, until it is fitted again', async (_, change) => {
    const model = await smallModel();
    await model.fitSampler(data(), { components: 2 });
    await change(model);
    const error = await errorOf(model.sample(1));
    expect(error).toBeInstanceOf(LatentGpuError);
    expect(error.message).toMatch(/the weights have changed since fitSampler/);
    const again = forThisTest(await loadAutoencoder(await sharedGpu(), await model.save()));
    expect((await errorOf(again.sample(1))).message).toBe(error.message);
    await model.fitSampler(data(), { components: 2 });
    expect((await model.sample(2)).shape).toEqual([2, 12]);
  });

  it('does not result from a refused call', async () => {
    const model = await smallModel();
    await model.fitSampler(data(), { components: 2 });
    for (const train of [model.fit.bind(model), model.pretrain.bind(model)]) {
      expect(await errorOf(train(data(), { epochs: -1 }))).toBeInstanceOf(OptionError);
      expect(await errorOf(train(new Float32Array(5), { epochs: 1 }))).toBeInstanceOf(ShapeError);
    }
    expect(() => model.setWeights({ none: { data: new Float32Array(1), shape: [1] } })).toThrow(ShapeError);
    expect((await model.sample(2)).shape).toEqual([2, 12]);
  });

  it('results from each stage of pretrain', async () => {
    const model = await smallModel({
      encoder: [dense(8, 'relu'), dense(5)],
      decoder: [dense(8, 'relu'), dense(12, 'sigmoid')],
    });
    await model.fitSampler(data(), { components: 2 });
    const messages: unknown[] = [];
    const onEpochEnd = async () =>
      void messages.push(await model.sample(1).then(String, ({ message }: Error) => message));
    await model.pretrain(data(), { epochs: 1, onEpochEnd });
    expect(messages).toEqual(['[object Object]', expect.stringContaining('the weights have changed since fitSampler')]);
  });

  it('is current at the end of the epoch at which it is fitted', async () => {
    const model = await smallModel();
    const shapes: number[][] = [];
    const onEpochEnd = async () => {
      await model.fitSampler(data(), { components: 2 });
      shapes.push((await model.sample(2)).shape);
    };
    await model.fit(data(), { epochs: 2, batchSize: 16, onEpochEnd });
    expect(shapes).toEqual([[2, 12], [2, 12]]); // prettier-ignore
  });
});

describe('a file', () => {
  it('keeps the sampler: the same samples, and the same file again', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    await model.fit(data(), training);
    await model.fitSampler(data(), { components: 3 });
    await model.sample(2);
    const file = await model.save();
    const again = forThisTest(await loadAutoencoder(gpu, file));
    expect(await again.save()).toEqual(file);
    expect(await again.sample(5)).toEqual(await model.sample(5));
    expect(await again.sample(5, { seed: 9 })).toEqual(await model.sample(5, { seed: 9 }));
    const { tensors } = readSafetensors(file);
    const names = Object.keys(tensors).filter((name) => name.startsWith('sampler.'));
    expect(names.map((name) => [name, tensors[name].shape])).toEqual([
      ['sampler.weights', [3]],
      ['sampler.means', [3, 5]],
      ['sampler.factors', [3, 5, 5]],
    ]);
  });

  it('of a model without one, and one of the weights alone, knows of none', async () => {
    const model = await smallModel();
    await model.fit(data(), training);
    const [before, alone] = [await model.save(), await model.save({ optimizer: false })];
    await model.fitSampler(data(), { components: 3 });
    expect(await model.save({ optimizer: false })).toEqual(alone);
    const text = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);
    expect(text(before)).not.toContain('sampler');
    expect(text(await model.save())).toContain('sampler');
  });

  it('is refused where its sampler cannot be', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    await model.fitSampler(data(), { components: 2 });
    const { tensors, metadata } = readSafetensors(await model.save());
    const rest = Object.fromEntries(Object.entries(tensors).filter(([name]) => name !== 'sampler.means'));
    const weights = (...values: number[]) => ({
      ...tensors,
      'sampler.weights': { data: Float32Array.from(values), shape: [2] },
    });
    const said = (from: string, to: string) => ({ latentgpu: metadata.latentgpu.replace(from, to) });
    const wrong: [typeof tensors, Record<string, string>, RegExp][] = [
      [rest, metadata, /needs sampler.means/],
      [weights(1.5, -0.5), metadata, /each row of sampler.weights must be shares/],
      [weights(0.5, 0.4), metadata, /each row of sampler.weights must be shares/],
      [tensors, said('"components":2', '"components":3'), /sampler.weights is \[2\] in the file/],
      [tensors, said('"components":2', '"components":0'), /sampler: components: 0/],
      [tensors, said('"old":false', '"old":1'), /sampler: old/],
      [tensors, said('"sampler":', '"others":'), /unknown option 'others'/],
    ];
    const before = gpu.memory().buffers;
    for (const [changed, says, message] of wrong) {
      await expectRefused(FormatError, message, loadAutoencoder(gpu, writeSafetensors(changed, says)));
    }
    expect(gpu.memory().buffers).toBe(before);
  });
});
