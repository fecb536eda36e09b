/** The same weights after a hundred steps wherever WebGPU is: in Chrome and Node (Dawn, Tint), in Firefox and Deno (wgpu, Naga). */
import { expect, it } from 'vitest';
import { adam, dataset, dense, gaussian, type Matrix } from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { tried } from '../support/thorough.ts';

const models = {
  simple: { encoder: [dense(32, 'relu')], decoder: [dense(784, 'sigmoid')] },
  variational: { encoder: [dense(64, 'relu'), gaussian(2)], decoder: [dense(64, 'relu'), dense(784, 'sigmoid')] },
};

/** An example of the second takes twice as long, so it has fewer of them. */
const batchSizes: Record<keyof typeof models, number> = { simple: 128, variational: 32 };

/**
 * What the bits of all weights come to, by adapter: SwiftShader's compiler keeps to the order and the rounding of the text. llvmpipe's makes one
 * rounding of a product and its addition, in sums of products and in activations, so that its weights differ in their last bits.
 */
const hashes: Record<keyof typeof models, Record<'swiftshader' | 'llvmpipe', string>> = {
  simple: { swiftshader: '7d13d661', llvmpipe: 'a3a4fe18' },
  variational: { swiftshader: '30e59851', llvmpipe: 'f919d64c' },
};

/** Some of the weights on SwiftShader, evenly spread over all of them. */
const samples: Record<keyof typeof models, number[]> = {
  simple: [
    -0.0736165941, -0.0887868106, -0.0985474959, 0.00391575182, 0.0513243936, -0.0640459806, -0.0436946414, 0.0294592381,
    -0.0559560917, -0.0152398851, 0.0461578853, -0.0306730438, 0.0152974436, -0.0824867189, 0.0717882365, 0.0147101907,
  ], // prettier-ignore
  variational: [
    -0.087785691, 0.0132483719, -0.0951447636, 0.0061052544, 0.0436668582, 0.00683089439, -0.035943035, -0.0770223439,
    0.0210023858, 0.0884545818, -0.0882426351, -0.028550962, -0.0920756385, 0.0879614353, 0.0528486818, -0.0652651265,
  ], // prettier-ignore
};

/** FNV-1a over the bytes of all tensors, by name. */
function hashOf(weights: readonly Matrix[]): string {
  let hash = 2166136261;
  for (const { data } of weights)
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      hash = Math.imul(hash ^ byte, 16777619);
  return (hash >>> 0).toString(16);
}

function sampled(weights: readonly Matrix[]): number[] {
  const all = weights.flatMap(({ data }) => [...data]);
  return Array.from({ length: 16 }, (_, i) => all[Math.floor(((i + 0.5) / 16) * all.length)]);
}

/** Firefox tells nothing of its adapter; then only the samples are compared. */
async function adapterOf(): Promise<'swiftshader' | 'llvmpipe' | undefined> {
  const { info } = await sharedGpu();
  const told = Object.values(info).join(' ').toLowerCase();
  return (['swiftshader', 'llvmpipe'] as const).find((name) => told.includes(name));
}

it.for(['simple', 'variational'] as const)('%s: a hundred steps of Adam', async (name, { task }) => {
  const gpu = await sharedGpu();
  const pixels = Uint8Array.from(new Draw(3).floats(784 * 1024, -512, 256), (value) => Math.max(0, value));
  const set = forThisTest(await dataset(gpu, pixels, { shape: [784] }));
  const model = await makeModel({ input: 784, ...models[name], loss: 'bce', seed: 1 });
  await model.fit(set, { steps: 100, batchSize: batchSizes[name], optimizer: adam(1e-3) });
  const byName = Object.entries(await model.weights()).sort(([a], [b]) => (a < b ? -1 : 1));
  const weights = byName.map(([, weight]) => weight);

  const adapter = await adapterOf();
  const off = Math.max(...sampled(weights).map((value, i) => Math.abs(value - samples[name][i])));
  expect(off).toBeLessThan(1e-7);
  if (adapter) expect(hashOf(weights)).toBe(hashes[name][adapter]);
  const found = adapter
    ? `the bits recorded for ${adapter}, with hash ${hashes[name][adapter]}`
    : 'weights within 1e-7 of those on SwiftShader, on an adapter without recorded bits';
  tried(task, `${name}: a hundred steps of Adam from a seed`, 100, found);
});
