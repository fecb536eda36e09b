import { describe, expect, it } from 'vitest';
import {
  adam,
  classifier,
  dataset,
  dense,
  LatentGpuError,
  loadAutoencoder,
  ShapeError,
  stopGradient,
  type Autoencoder,
} from '../../src/index.ts';
import { forward } from '../reference/layers.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, makeModel, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { batchOf } from '../support/ten-steps.ts';

const clamped = (p: number) => Math.max(p, 1e-300);
const bce = (y: number, x: number) => -(x * Math.log(clamped(y)) + (1 - x) * Math.log(clamped(1 - y)));

/** Codes and reconstructions of the small model in float64. */
async function expected(model: Autoencoder, data: Float32Array) {
  const weights = inFloat64(await model.weights());
  const examples = batchOf(data, [12], [...Array(data.length / 12).keys()]);
  const codes = forward([dense(5, 'relu')], 'encoder', weights, examples);
  return { codes: codes.data, outputs: forward([dense(12, 'sigmoid')], 'decoder', weights, codes).data };
}

describe('autoencoder', () => {
  it.each([1, 2, 255, 256, 257, 700])(
    'encodes, decodes and reconstructs %i examples as float64 does',
    async (examples) => {
      const model = await smallModel();
      const data = new Draw(examples).floats(12 * examples, 0, 1);
      const { codes, outputs } = await expected(model, data);
      const encoded = await model.encode(data);
      expect(encoded.shape).toEqual([examples, 5]);
      expectClose(encoded.data, codes, 1e-6);
      expectClose((await model.decode(encoded)).data, outputs, 1e-6);
      const reconstructed = await model.reconstruct(data);
      expect(reconstructed.shape).toEqual([examples, 12]);
      expectClose(reconstructed.data, outputs, 1e-6);
    },
  );

  it('sets no weights, and copies none, once it is disposed', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    model.setWeights(await model.weights());
    model.dispose();
    await gpu.device.queue.onSubmittedWorkDone(); // An error of WebGPU's fails the test.
    const source = await smallModel();
    const copied = classifier(gpu, { encoder: source.encoder, classes: 2 });
    source.dispose();
    await expectRefused(LatentGpuError, 'the model was disposed', copied);
  });

  it('measures loss and errors as float64 does, the short last batch included', async () => {
    const model = await smallModel();
    const data = new Draw(3).floats(12 * 300, 0, 1);
    const { outputs } = await expected(model, data);
    const elements = outputs.map((y, i) => bce(y, data[i]));
    const rows = Array.from(
      { length: 300 },
      (_, i) => elements.slice(12 * i, 12 * i + 12).reduce((sum, l) => sum + l, 0) / 12,
    );
    const mean = rows.reduce((sum, l) => sum + l, 0) / 300;
    for (const batchSize of [undefined, 7, 128, 300]) {
      const { loss, reconstruction } = await model.evaluate(data, { batchSize });
      expect(Math.abs(loss - mean) / mean).toBeLessThan(1e-6);
      expect(reconstruction).toBe(loss);
    }
    expectClose(await model.errors(data), rows, 1e-6);
    expectClose(await model.errors(data, { perFeature: true }), elements, 1e-6);
  });

  it('shares its weights with encoder and decoder', async () => {
    const model = await smallModel();
    const data = new Draw(4).floats(12 * 40, 0, 1);
    const before = await model.encoder.predict(data);
    await model.fit(data, { epochs: 2, batchSize: 8 });
    const after = await model.encoder.predict(data);
    expect(after.data).not.toEqual(before.data);
    expect(after).toEqual(await model.encode(data));
    expect(await model.decoder.predict(after)).toEqual(await model.reconstruct(data));
    expect([model.encoder.inputShape, model.encoder.outputShape, model.encoder.parameterCount]).toEqual([
      [12],
      [5],
      65,
    ]);
    expect([model.decoder.inputShape, model.decoder.outputShape, model.decoder.parameterCount]).toEqual([
      [5],
      [12],
      72,
    ]);
  });

  it('names its weights as torch.nn.Sequential does, and accepts them back', async () => {
    const model = await smallModel({ encoder: [dense(7, 'tanh', { bias: false }), dense(5)], seed: 1 });
    const weights = await model.weights();
    expect(Object.entries(weights).map(([name, { shape }]) => [name, shape])).toEqual([
      ['encoder.0.weight', [7, 12]],
      ['encoder.1.weight', [5, 7]],
      ['encoder.1.bias', [5]],
      ['decoder.0.weight', [12, 5]],
      ['decoder.0.bias', [12]],
    ]);
    const other = await smallModel({ encoder: [dense(7, 'tanh', { bias: false }), dense(5)], seed: 2 });
    const data = new Draw(5).floats(24, 0, 1);
    expect((await other.reconstruct(data)).data).not.toEqual((await model.reconstruct(data)).data);
    other.setWeights(weights);
    expect(await other.weights()).toEqual(weights);
    expect(await other.reconstruct(data)).toEqual(await model.reconstruct(data));
    const wrong = { data: new Float32Array(35), shape: [7, 5] };
    expect(() => other.setWeights({ 'encoder.1.weight': wrong })).toThrow(
      new ShapeError('setWeights: encoder.1.weight is [5, 7], not [7, 5] with 35 values'),
    );
    expect(() => other.setWeights({ 'encoder.2.weight': wrong })).toThrow(ShapeError);
  });

  it.each([
    ['glorot', Math.sqrt(6 / 300)],
    ['he', Math.sqrt(6 / 200)],
    ['lecun', Math.sqrt(3 / 200)],
  ] as const)('starts %s weights uniform in ±limit, biases at zero', async (init, limit) => {
    const model = await makeModel({
      input: 200,
      encoder: [dense(100, 'relu', { init })],
      decoder: [dense(200)],
      loss: 'mse',
    });
    const { 'encoder.0.weight': weight, 'encoder.0.bias': bias } = await model.weights();
    const variance = weight.data.reduce((sum, w) => sum + w * w, 0) / weight.data.length;
    expect(Math.max(...weight.data.map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(Math.abs(variance / (limit ** 2 / 3) - 1)).toBeLessThan(0.03);
    expect(Math.max(...bias.data.map(Math.abs))).toBe(0);
  });

  it('walks between codes', async () => {
    const model = await smallModel({ encoder: [dense(5, 'tanh')] });
    const data = new Draw(6).floats(24, 0, 1);
    const [from, to] = [data.subarray(0, 12), data.subarray(12)];
    const ends = (await model.reconstruct(data)).data;
    for (const path of ['linear', 'spherical'] as const) {
      const walk = await model.interpolate(from, to, 5, { path });
      expect(walk.shape).toEqual([5, 12]);
      expectClose(walk.data.subarray(0, 12), ends.subarray(0, 12), 1e-6);
      expectClose(walk.data.subarray(48), ends.subarray(12), 1e-6);
    }
    const code = (await model.encode(from)).data;
    const moved = await model.traverse(from, 3, [code[3], 2]);
    expect(moved.data.subarray(0, 12)).toEqual((await model.reconstruct(from)).data);
    expect(moved.data.subarray(12)).toEqual(
      (await model.decode(Float32Array.from(code, (v, i) => (i === 3 ? 2 : v)))).data,
    );
  });

  it('describes itself', async () => {
    const model = await smallModel();
    expect(model.codeSize).toBe(5);
    expect(model.describe()).toEqual([
      { name: 'encoder.0', type: 'dense', activation: 'relu', outputShape: [5], parameters: 65 },
      { name: 'decoder.0', type: 'dense', activation: 'sigmoid', outputShape: [12], parameters: 72 },
    ]);
    expect(model.summary()).toMatchInlineSnapshot(`
      "autoencoder
      ----------------------------------------------------
      layer      type             output shape  parameters
      ----------------------------------------------------
      encoder.0  dense (relu)     [5]                   65
      decoder.0  dense (sigmoid)  [12]                  72
      ----------------------------------------------------
      total parameters: 137"
    `);
  });

  it('frees the device’s memory, and reports later uses', async () => {
    const gpu = await sharedGpu();
    const before = gpu.memory();
    const model = await smallModel();
    const data = await dataset(gpu, new Draw(7).floats(12 * 40, 0, 1), { shape: [12] });
    await model.fit(data, { epochs: 2, validation: 0.2, patience: 1 });
    await Promise.all([model.encode(data), model.reconstruct(data), model.evaluate(data), model.errors(data)]);
    model.dispose();
    model.dispose();
    data.dispose();
    const { bytes, buffers } = gpu.memory();
    expect({ bytes, buffers }).toEqual({ bytes: before.bytes, buffers: before.buffers });
    expect(await errorOf(model.encode(new Float32Array(12)))).toBeInstanceOf(LatentGpuError);
    expect(await errorOf(model.fit(new Float32Array(12), { epochs: 1 }))).toBeInstanceOf(LatentGpuError);
  });
});

it('trains only the layers after a stopGradient, also from a file', async () => {
  const gpu = await sharedGpu();
  const made = await makeModel({
    input: 12,
    encoder: [dense(7, 'tanh'), stopGradient(), dense(5)],
    decoder: [dense(12, 'sigmoid')],
    loss: 'mse',
  });
  const model = forThisTest(await loadAutoencoder(gpu, await made.save()));
  const data = new Draw(4).floats(12 * 40, 0, 1);
  const before = await model.weights();
  await model.fit(data, { epochs: 2, batchSize: 16, optimizer: adam(1e-2) });
  const after = await model.weights();
  for (const [name, { data: values }] of Object.entries(after)) {
    if (name.startsWith('encoder.0.')) expect(values, name).toEqual(before[name].data);
    else expect(values, name).not.toEqual(before[name].data);
  }
});
