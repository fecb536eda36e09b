/** The least that a device may be, and the least and most that data and models may be. */
import { describe, expect, it } from 'vitest';
import { autoencoder, dataset, dense, openGpu, type Gpu } from '../../src/index.ts';
import { Gpu as RawGpu } from '../../src/runtime/device.ts';
import { sharedGpu, withSmallBuffers } from '../support/gpu.ts';
import { members, run } from '../support/members.ts';
import { makeModel } from '../support/model.ts';
import { thorough, tried } from '../support/thorough.ts';

const adapterInfo = { vendor: 'test', architecture: 'test', description: '', isFallback: true };

/** A device of WebGPU's default limits, without features. */
async function leastDevice(): Promise<Gpu> {
  const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  expect(device.limits.maxStorageBuffersPerShaderStage).toBe(8);
  expect(device.limits.maxStorageBufferBindingSize).toBe(2 ** 27);
  return new RawGpu(device, adapterInfo, true, 'fixed');
}

it('the whole family trains on a device of default limits', async ({ task }) => {
  const gpu = await leastDevice();
  for (const [name, member] of Object.entries(members)) {
    const result = (await run(member, gpu)) as { loss: number[] };
    expect(result.loss.every(Number.isFinite), name).toBe(true);
    expect(gpu.memory().bytes, name).toBe(0);
  }
  gpu.close();
  tried(
    task,
    'the whole family on a device with WebGPU’s default limits: 8 storage buffers for a stage and 128 MiB for a binding',
    Object.keys(members).length,
    'trains',
  );
});

it('the whole family trains with bindings of 8 MiB, to the same bits', async ({ task }) => {
  const [gpu, small] = [await sharedGpu(), await withSmallBuffers(2 ** 23)];
  for (const [name, member] of Object.entries(members))
    expect(await run(member, small), name).toEqual(await run(member, gpu));
  tried(
    task,
    'the whole family with bindings of at most 8 MiB',
    Object.keys(members).length,
    'the same bits as without that limit',
  );
});

it('more bytes than the device may hold are streamed through a window', { timeout: 900_000 }, async ({ task }) => {
  const [features, total, deviceBytes] = thorough ? [784, 2 ** 30, 2 ** 26] : [784, 2 ** 24, 2 ** 20];
  const examples = Math.floor(total / features);
  const bytes = new Uint8Array(examples * features);
  for (let i = 0; i < bytes.length; i += 61) bytes[i] = i % 251;
  const gpu = await openGpu({ tuning: 'fixed' });
  const set = await dataset(gpu, bytes, { shape: [features], deviceBytes });
  const model = await autoencoder(gpu, {
    input: features,
    encoder: [dense(8, 'relu')],
    decoder: [dense(features, 'sigmoid')],
    loss: 'bce',
  });
  const batch = 512;
  const { loss } = await model.fit(set, { epochs: 1, batchSize: batch });
  expect(loss.length).toBe(Math.ceil(examples / batch));
  expect(loss.at(-1)).toBeLessThan(loss[0]);
  // The window, the order of the examples, once more while it is read, and what a step of this batch computes: its images three times over
  // are more than that.
  const { peakBytes } = gpu.memory();
  expect(peakBytes).toBeLessThan(deviceBytes + 8 * examples + 3 * 4 * batch * features + 2 ** 20);
  gpu.close();
  const mib = (value: number) => `${Math.round(value / 2 ** 20)} MiB`;
  tried(
    task,
    `an epoch over ${mib(total)} of bytes with \`deviceBytes\` of ${mib(deviceBytes)}`,
    1,
    `trains; at most ${mib(peakBytes)} on the device`,
  );
});

describe('sizes', () => {
  const layers = (count: number) => Array.from({ length: count }, () => dense(4, 'tanh'));
  const cases: [what: string, features: number, examples: number, spec: object, fit: object][] = [
    ['one example', 5, 1, { encoder: [dense(2)], decoder: [dense(5)] }, { epochs: 3 }],
    ['one feature', 1, 20, { encoder: [dense(2)], decoder: [dense(1)] }, { epochs: 3 }],
    ['one unit', 7, 20, { encoder: [dense(1)], decoder: [dense(7)] }, { epochs: 3 }],
    ['one of each', 1, 1, { encoder: [dense(1)], decoder: [dense(1)] }, { epochs: 3 }],
    ['batches of one', 6, 9, { encoder: [dense(3)], decoder: [dense(6)] }, { epochs: 2, batchSize: 1 }],
    ['30 layers', 8, 40, { encoder: layers(15), decoder: [...layers(14), dense(8)] }, { epochs: 2, batchSize: 16 }],
    ['100,000 features', 100_000, 6, { encoder: [dense(2)], decoder: [dense(100_000)] }, { epochs: 2, batchSize: 3 }],
    [
      '70,000 rows in one batch',
      4,
      70_000,
      { encoder: [dense(2)], decoder: [dense(4)] },
      { epochs: 1, batchSize: 70_000 },
    ],
  ];
  it.each(cases)('%s', async (_, features, examples, spec, fit) => {
    const data = Float32Array.from({ length: features * examples }, (_, i) => Math.sin(i));
    const model = await makeModel({ input: features, loss: 'mse', ...(spec as { encoder: []; decoder: [] }) });
    const { loss } = await model.fit(data, fit);
    expect(loss.every(Number.isFinite)).toBe(true);
    const codes = await model.encode(data);
    expect(codes.shape[0]).toBe(examples);
    expect((await model.decode(codes)).data.every(Number.isFinite)).toBe(true);
    expect((await model.evaluate(data)).loss).toBeLessThanOrEqual(loss[0] * 1.01);
  });
});
