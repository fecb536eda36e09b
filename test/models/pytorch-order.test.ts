/** Flat values that stand for an image where two networks meet: outside they have PyTorch's order, as the reference has, here channels come last. */
import { describe, expect, it } from 'vitest';
import {
  adam,
  adversarial,
  classifier,
  conv1d,
  conv2d,
  dense,
  flatten,
  gan,
  gaussian,
  groupNorm,
  jigsaw,
  loadAutoencoder,
  loadClassifier,
  loadGan,
  loadJigsaw,
  readSafetensors,
  reshape,
  residual,
  writeSafetensors,
  type AutoencoderSpec,
  type Layer,
  type Matrix,
} from '../../src/index.ts';
import { forward, type Rows } from '../reference/layers.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const shape: [number, number, number] = [2, 3, 2];
const examples = 5;
const data = new Draw(3).floats(12 * examples, 0, 1);
const rowsOf = ({ data, shape: [rows, ...shape] }: Matrix): Rows => ({ data: Float64Array.from(data), rows, shape });
/** Flat codes as this library has them, and as PyTorch has them. */
const outside = (codes: Matrix, image: number[]) => forward([flatten()], '', {}, { ...rowsOf(codes), shape: image });
const inside = (codes: Rows, image: number[]) => forward([reshape(image)], '', {}, codes).data;

interface Weighted {
  weights(): Promise<Record<string, Matrix>>;
  setWeights(weights: Record<string, Matrix>): void;
}

/** Draws all weights anew; returns them for the reference. */
async function drawn(model: Weighted) {
  const weights = await model.weights();
  const draw = new Draw(2);
  for (const weight of Object.values(weights)) weight.data = draw.floats(weight.data.length, -1, 1);
  model.setWeights(weights);
  expect(await model.weights()).toEqual(weights);
  return inFloat64(weights);
}

const code12: Pick<AutoencoderSpec, 'input' | 'decoder' | 'loss'> = {
  input: shape,
  decoder: [reshape(shape), conv2d(2, 1)],
  loss: 'mse',
};

it('a Gaussian code that becomes an image has its units in the order of that image', async () => {
  const encoder = [conv2d(2, 1, 'tanh'), flatten(), gaussian(12)];
  const model = await makeModel({ ...code12, encoder });
  const weights = await drawn(model);
  const x = rowsOf({ data, shape: [examples, ...shape] });
  const seen = forward(encoder.slice(0, 2), 'encoder', weights, x);
  const { mean, logvar } = await model.posterior(data);
  for (const [head, found] of Object.entries({ mean, logvar })) {
    const renamed = {
      'head.0.weight': weights[`encoder.2.${head}.weight`],
      'head.0.bias': weights[`encoder.2.${head}.bias`],
    };
    const code = forward([dense(12)], 'head', renamed, seen);
    expectClose(found.data, inside(code, shape), 1e-5, head);
    if (head !== 'mean') continue;
    expectClose((await model.encode(data)).data, inside(code, shape), 1e-5);
    const { data: wanted } = forward(model.decoder.layers, 'decoder', weights, code);
    expectClose((await model.reconstruct(data)).data, wanted, 1e-5);
  }
});

describe('a network that takes a flat code gets it in the order of its image:', () => {
  const encoders: Record<string, Layer[]> = {
    'a flattened image': [conv2d(2, 1, 'tanh'), flatten()],
    'the code of a dense layer that becomes an image': [flatten(), dense(12, 'tanh')],
    'a Gaussian code that becomes an image': [flatten(), gaussian(12)],
  };
  describe.each(Object.entries(encoders))('%s', (_, encoder) => {
    it('in a discriminator', async () => {
      const layers = [dense(12, 'tanh'), residual([dense(12)])];
      const model = await makeModel({ ...code12, encoder, penalty: adversarial(layers) });
      const weights = await drawn(model);
      const codes = await model.encode(data);
      const wanted = forward([...layers, dense(1)], 'discriminator', weights, outside(codes, shape));
      expectClose((await model.discriminator!.predict(codes)).data, wanted.data, 1e-5);
    });

    it('in a classifier', async () => {
      const model = await makeModel({ ...code12, encoder });
      const probe = forThisTest(await classifier(await sharedGpu(), { encoder: model.encoder, classes: 3 }));
      const weights = await drawn(probe);
      const codes = await probe.encoder.predict(data);
      const wanted = forward([dense(3)], 'head', weights, outside(codes, shape));
      expectClose((await probe.head.predict(codes)).data, wanted.data, 1e-5);
    });
  });

  it.each([
    ['images', [conv2d(2, 1, 'tanh')]],
    ['flattened images', [conv2d(2, 1, 'tanh'), flatten()]],
    ['the tiles themselves', []],
  ])('in the head of a jigsaw, one tile after the other: %s', async (_, encoder) => {
    const spec = { input: [4, 6, 2] as [number, number, number], tiles: 2 as const, permutations: 4, gap: 0 };
    const model = forThisTest(await jigsaw(await sharedGpu(), { ...spec, encoder, head: [dense(5, 'tanh')] }));
    const weights = await drawn(model);
    const codes = { data: new Draw(5).floats(48 * 3, -1, 1), shape: [3, 48] };
    const tiles = outside({ ...codes, shape: [12, 12] }, shape);
    const wanted = forward([dense(5, 'tanh'), dense(4)], 'head', weights, { data: tiles.data, rows: 3, shape: [48] });
    expectClose((await model.head.predict(codes)).data, wanted.data, 1e-5);
  });
});

describe('shapes of two sides are sequences in all networks of a model:', () => {
  const sequence = [3, 2] as [number, number];
  const values = Float32Array.from([1, 4, 2, 5, 3, 6]);
  const column = (data: number[]): Matrix => ({ data: Float32Array.from(data), shape: [data.length, 1] });
  const row = (data: number[]): Matrix => ({ data: Float32Array.from(data), shape: [1, data.length] });
  const tens = row([1, 10, 100, 1000, 10000, 100000]);
  const one = row([1]);

  it('in a GAN whose discriminator has their layers', async () => {
    const generator = [dense(6, 'linear', { bias: false }), reshape(sequence)];
    const model = forThisTest(
      await gan(await sharedGpu(), { code: 1, generator, discriminator: [conv1d(1, 3), flatten()] }),
    );
    model.setWeights({ 'generator.0.weight': column([1, 2, 3, 4, 5, 6]) });
    expect((await model.generator.predict(one)).data).toEqual(values);
  });

  it('in a GAN whose generator has their layers', async () => {
    const generator = [dense(6), reshape(sequence), conv1d(2, 1)];
    const model = forThisTest(await gan(await sharedGpu(), { code: 1, generator, discriminator: [flatten()] }));
    model.setWeights({
      'discriminator.1.weight': tens,
      'discriminator.1.bias': { data: new Float32Array(1), shape: [1] },
    });
    expect(await model.score(values)).toEqual(Float32Array.of(654321));
  });

  it('in an autoencoder whose discriminator has their layers, and the other way round', async () => {
    const spec: AutoencoderSpec = {
      input: sequence,
      encoder: [flatten(), dense(1, 'linear', { bias: false })],
      decoder: [dense(6, 'linear', { bias: false }), reshape(sequence)],
      loss: 'mse',
    };
    const own = await makeModel({ ...spec, penalty: adversarial([conv1d(1, 3), flatten()], { on: 'output' }) });
    own.setWeights({ 'encoder.1.weight': tens, 'decoder.0.weight': column([1, 2, 3, 4, 5, 6]) });
    expect((await own.encode(values)).data).toEqual(Float32Array.of(654321));
    expect((await own.decode(one)).data).toEqual(values);
    const other = await makeModel({
      ...spec,
      decoder: [...spec.decoder, conv1d(2, 1)],
      penalty: adversarial([flatten()], { on: 'output' }),
    });
    other.setWeights({
      'discriminator.1.weight': tens,
      'discriminator.1.bias': { data: new Float32Array(1), shape: [1] },
    });
    expect((await other.discriminator!.predict(values)).data).toEqual(Float32Array.of(654321));
  });
});

describe('a file of version 1, in which these weights have the order of the device,', () => {
  /** The file as version 1 wrote it: the values of each of these weights, and of their moments, in this library's order. */
  function asVersion1(file: Uint8Array, orders: Record<string, { image: number[]; rows?: boolean }>) {
    const { tensors, metadata } = readSafetensors(file);
    const head = JSON.parse(metadata.latentgpu) as { version: number };
    expect(head.version).toBe(2);
    for (const [name, tensor] of Object.entries(tensors)) {
      const found = Object.keys(orders).find((each) => name === each || name.endsWith(`.${each}`));
      if (found === undefined) continue;
      const { image, rows } = orders[found];
      const size = image.reduce((product, n) => product * n, 1);
      const count = tensor.data.length / size;
      const transposed = (values: Float64Array, rows: number, columns: number) =>
        values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
      const data = Float64Array.from(tensor.data);
      const flat = rows ? transposed(data, size, count) : data;
      const moved = inside({ data: flat, rows: count, shape: [size] }, image);
      tensor.data = Float32Array.from(rows ? transposed(moved, count, size) : moved);
    }
    return writeSafetensors(tensors, { ...metadata, latentgpu: JSON.stringify({ ...head, version: 1 }) });
  }

  const options = { steps: 3, batchSize: 4, optimizer: adam(0.01) };

  it('of an autoencoder with a discriminator is read, trained on, and written as version 2', async () => {
    const gpu = await sharedGpu();
    const spec = { ...code12, encoder: [flatten(), gaussian(12)], penalty: adversarial([dense(4, 'tanh')]) };
    const model = await makeModel(spec);
    await model.fit(data, options);
    const file = await model.save();
    const units = { image: shape, rows: true };
    const old = asVersion1(file, {
      'encoder.1.mean.weight': units,
      'encoder.1.logvar.weight': units,
      'encoder.1.mean.bias': units,
      'encoder.1.logvar.bias': units,
      'discriminator.0.weight': { image: shape },
    });
    const again = forThisTest(await loadAutoencoder(gpu, old));
    expect(await again.save()).toEqual(file);
    const [history, wanted] = [await again.fit(data, options), await model.fit(data, options)];
    expect(history.loss).toEqual(wanted.loss);
    expect(await again.weights()).toEqual(await model.weights());
  });

  it('of a classifier, a jigsaw and a GAN is read', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({ ...code12, encoder: [flatten(), dense(12, 'tanh')] });
    const probe = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 3 }));
    await probe.fit(data, [0, 1, 2, 0, 1], options);
    const ofProbe = await probe.save();
    const again = await loadClassifier(gpu, asVersion1(ofProbe, { 'head.0.weight': { image: shape } }));
    expect(await forThisTest(again).save()).toEqual(ofProbe);

    const spec = { input: [4, 6, 2] as [number, number, number], tiles: 2 as const, permutations: 4, gap: 0 };
    const puzzle = forThisTest(await jigsaw(gpu, { ...spec, encoder: [conv2d(2, 1)], head: [] }));
    await puzzle.fit(new Draw(4).floats(48 * 6, 0, 1), options);
    const ofPuzzle = await puzzle.save();
    const solver = await loadJigsaw(gpu, asVersion1(ofPuzzle, { 'head.0.weight': { image: shape } }));
    expect(await forThisTest(solver).save()).toEqual(ofPuzzle);

    const generator = [dense(6), reshape([3, 2])];
    const made = forThisTest(await gan(gpu, { code: 1, generator, discriminator: [conv1d(1, 3), flatten()] }));
    await made.fit(new Draw(4).floats(6 * 8, 0, 1), { steps: 3, batchSize: 4 });
    const ofGan = await made.save();
    const units = { image: [1, 3, 2], rows: true };
    const maker = await loadGan(gpu, asVersion1(ofGan, { 'generator.0.weight': units, 'generator.0.bias': units }));
    expect(await forThisTest(maker).save()).toEqual(ofGan);
  });

  it('may group flat values of images in a discriminator, which earlier versions did not refuse', async () => {
    const penalty = adversarial([groupNorm(2), residual([groupNorm(2)]), dense(4, 'tanh')]);
    const model = await makeModel({ ...code12, encoder: [flatten(), dense(12)], penalty });
    await model.fit(data, options);
    const again = forThisTest(await loadAutoencoder(await sharedGpu(), await model.save()));
    expect(await again.weights()).toEqual(await model.weights());
  });

  it('is still what models without such weights write', async () => {
    const specs: Partial<AutoencoderSpec>[] = [
      { encoder: [conv2d(2, 1), flatten(), gaussian(4)], decoder: [dense(12), reshape(shape)] },
      // The order of an image of one channel is the same.
      { input: [2, 3, 1], encoder: [flatten(), gaussian(6)], decoder: [reshape([2, 3, 1])], penalty: adversarial([]) },
    ];
    for (const spec of specs) {
      const { metadata } = readSafetensors(await (await makeModel({ ...code12, ...spec } as AutoencoderSpec)).save());
      expect(JSON.parse(metadata.latentgpu)).toMatchObject({ version: 1 });
    }
  });
});
