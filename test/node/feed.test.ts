/** Data sets of more examples than may lie on the device, on a stand-in that only keeps buffers. That they train to the same bits is in test/data/large.test.ts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { dataset } from '../../src/data/make-dataset.ts';
import { Feed } from '../../src/data/feed.ts';
import { OptionError } from '../../src/errors.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { count, floats, packed, refused, withSmallBuffers, words } from '../support/on-stand-in.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);

describe('streamed data', () => {
  const features = 3;
  /** Eight examples at a time, of twenty: two halves of four. */
  const streamed = (gpu: Gpu, source: Uint8Array | Float32Array = floats(20 * features), labels?: number[]) =>
    dataset(gpu, source, { shape: [features], labels, deviceBytes: 8 * features * source.BYTES_PER_ELEMENT });

  it('are uploaded as a window, in the order of the pass', async () => {
    const gpu = standIn();
    const set = await streamed(gpu);
    expect([set.storage.pieces, set.storage.streamed!.half, gpu.memory().buffers]).toEqual([[], 4, 0]);
    const feed = Feed.open('fit', set, 4)!;
    const example = (row: number) => count(features, row * features);
    feed.begin();
    expect([feed.data.dtype, feed.data.label, feed.data.size]).toEqual(['f32', 'window', 24]);
    expect([feed.window, feed.targets, await feed.stepsFrom(0, 2)]).toEqual([8, undefined, 2]);
    expect(await words(feed.data)).toEqual(count(8 * features));
    // From the middle of a half: what is left of it; the next half takes the place of the one before.
    expect(await feed.stepsFrom(5, 2)).toBe(2);
    expect(await words(feed.data)).toEqual([...count(4, 8).flatMap(example), ...count(4, 4).flatMap(example)]);
    expect(await feed.stepsFrom(16, 3)).toBe(2);
    const order = Uint32Array.from(count(20).reverse());
    feed.begin(order);
    expect(await feed.stepsFrom(0, 4)).toBe(1);
    expect(await words(feed.data)).toEqual(
      count(8)
        .map((i) => 19 - i)
        .flatMap(example),
    );
    feed.dispose();
    expect(gpu.memory().buffers).toBe(0);
  });

  it('are uploaded once, and nothing past their end', async () => {
    const gpu = standIn();
    const feed = Feed.open('fit', await streamed(gpu), 4)!;
    let writes = 0;
    const { queue } = gpu.device;
    const write = queue.writeBuffer.bind(queue);
    queue.writeBuffer = (...args: Parameters<typeof write>) => (writes++, write(...args));
    feed.begin();
    for (let position = 0; position < 20; position += 2) await feed.stepsFrom(position, 2);
    expect(writes).toBe(5);
    feed.begin();
    await feed.stepsFrom(0, 2);
    expect(writes).toBe(7);
  });

  it('bytes, with a target beside each, fewer in the last half', async () => {
    const gpu = standIn();
    const set = (await streamed(gpu, Uint8Array.from(count(18 * features)))).withTargets(count(18, 100));
    expect([gpu.memory().buffers, set.storage.targets]).toEqual([0, undefined]);
    const feed = Feed.open('fit', set, 4)!;
    expect([feed.data.dtype, feed.data.size, feed.targets!.dtype, feed.targets!.label, feed.targets!.size]).toEqual([
      'u32',
      6,
      'f32',
      'targets',
      8,
    ]);
    feed.begin();
    await feed.stepsFrom(12, 4);
    // Behind the last two is what was there before.
    const rows = await packed(feed.data);
    expect([rows.slice(0, 2 * features), rows.slice(4 * features, 8 * features)]).toEqual([
      count(2 * features, 16 * features),
      count(4 * features, 12 * features),
    ]);
    expect(await words(feed.targets!)).toEqual([116, 117, 0, 0, 112, 113, 114, 115]);
    feed.begin(Uint32Array.from(count(18).reverse()));
    await feed.stepsFrom(0, 4);
    expect(await words(feed.targets!)).toEqual(count(8).map((i) => 117 - i));
    expect((await packed(feed.data)).slice(0, features)).toEqual(count(features, 17 * features));
    feed.dispose();
    expect(gpu.memory().buffers).toBe(0);
  });

  it('are freed if their targets have no room', async () => {
    const gpu = standIn();
    const set = (await streamed(gpu)).withTargets(count(20));
    const { device } = gpu;
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      if (descriptor.label === 'targets') throw new Error('no room');
      return create(descriptor);
    };
    expect(() => Feed.open('fit', set, 4)).toThrow('no room');
    expect(gpu.memory().buffers).toBe(0);
  });

  it('accept batches of up to half a window, and need no window if all fit', async () => {
    const gpu = standIn();
    const set = await streamed(gpu);
    Feed.open('fit', set, 4)!.dispose();
    await refused(
      () => Feed.open('fit', set, 5),
      OptionError,
      'fit: a batch of 5 is more than the 4 examples that a data set with these deviceBytes loads at a time',
    );
    const all = await dataset(gpu, floats(12), { shape: [1], deviceBytes: 48 });
    expect([all.storage.streamed, all.storage.pieces.length, Feed.open('fit', all, 4)]).toEqual([
      undefined,
      1,
      undefined,
    ]);
    await refused(
      () => dataset(gpu, floats(60), { shape: [3], deviceBytes: 95 }),
      OptionError,
      'dataset: deviceBytes must be at least 96, the size of eight examples, not 95',
    );
    await refused(
      () => dataset(gpu, floats(60), { shape: [3], deviceBytes: 0 }),
      OptionError,
      'dataset: deviceBytes: 0 is not a number of at least 1',
    );
    const half = async (limits: Partial<GPUSupportedLimits>) =>
      (await dataset(withSmallBuffers(limits), floats(600), { shape: [3], deviceBytes: 2000 })).storage.streamed!.half;
    expect([
      await half({}),
      await half({ maxBufferSize: 600 }),
      await half({ maxStorageBufferBindingSize: 600 }),
    ]).toEqual([80, 20, 20]);
  });
});
