/** A model or a fit that fails when it has a part of its memory gives that part back. */
import { afterEach, expect, it, vi } from 'vitest';
import {
  adam,
  adversarial,
  classifier,
  dense,
  flatten,
  gan,
  jigsaw,
  minMax,
  OutOfMemoryError,
  sgd,
  type Gpu,
} from '../../src/index.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

afterEach(() => vi.restoreAllMocks());

const data = new Draw(1).floats(12 * 20, 0, 1);

/** Lets the buffer of this name fail that comes after `good` others of it. */
function fail(gpu: Gpu, failing: string, good = 0): void {
  const allocate = gpu.allocate.bind(gpu);
  let left = good;
  vi.spyOn(gpu, 'allocate').mockImplementation((bytes, usage, label) => {
    if (label === failing && left-- === 0) throw new OutOfMemoryError('a buffer that fails on purpose');
    return allocate(bytes, usage, label);
  });
}

async function frees(gpu: Gpu, work: () => Promise<unknown>): Promise<void> {
  const { bytes, buffers } = gpu.memory();
  expect(await errorOf(work())).toBeInstanceOf(OutOfMemoryError);
  expect(gpu.memory()).toMatchObject({ bytes, buffers });
}

it('a GAN whose second network does not fit', async () => {
  const gpu = await sharedGpu();
  fail(gpu, 'values', 1);
  await frees(gpu, () => gan(gpu, { code: 2, generator: [dense(12)], discriminator: [dense(3)] }));
});

it('a classifier whose weights do not fit beside the scales of its encoder', async () => {
  const gpu = await sharedGpu();
  const model = await smallModel({ normalize: minMax() });
  await model.fit(data, { steps: 1 });
  fail(gpu, 'values');
  await frees(gpu, () => classifier(gpu, { encoder: model.encoder, classes: 2 }));
});

it('a solver of puzzles whose weights do not fit beside its permutations', async () => {
  const gpu = await sharedGpu();
  fail(gpu, 'values');
  const spec = { input: [4, 4, 1] as [number, number, number], tiles: 2 as const, permutations: 2 };
  await frees(gpu, () => jigsaw(gpu, { ...spec, encoder: [flatten(), dense(2)], head: [dense(2)] }));
});

it.each(['moments', 'before the step'])('a fit whose buffer for %s does not fit', async (label) => {
  const gpu = await sharedGpu();
  const model = await smallModel({ penalty: adversarial([dense(3)]) });
  await model.fit(data, { steps: 1, optimizer: sgd(0.1) });
  fail(gpu, label);
  await frees(gpu, () => model.fit(data, { steps: 1, optimizer: adam() }));
  vi.restoreAllMocks();
  await model.fit(data, { steps: 1, optimizer: adam() });
});
