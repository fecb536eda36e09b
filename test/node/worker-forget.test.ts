/** What the worker still holds of what the page has dropped, with the collector of this engine and GPUs that only pretend to be some. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Dataset } from '../../src/data/dataset.ts';
import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { openOver } from '../../src/worker/open.ts';
import type { Request } from '../../src/worker/protocol.ts';
import { errorOf } from '../support/error-of.ts';
import { servedPort, smallRemote } from '../support/remote.ts';
import { standInAdapter, standInDevice, stubWebGpu } from '../support/stand-in.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Collects garbage and lets both sides tell each other about it, until this is so. */
const untilCollected = (check: () => unknown) =>
  vi.waitFor(
    () => {
      collectGarbage();
      return check();
    },
    { timeout: 20_000, interval: 5 },
  );

let gpu: Gpu;
/** What the page has sent. */
let sent: Request[];

beforeEach(async () => {
  stubWebGpu();
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => standInAdapter(async () => standInDevice()) } });
  const port = servedPort();
  sent = [];
  const line = {
    postMessage: (message: Request, transfer: Transferable[]) => {
      sent.push(structuredClone(message)); // The message itself would keep what it names.
      port.postMessage(message, transfer);
    },
    addEventListener: port.addEventListener.bind(port),
  };
  gpu = await openOver(line, { tuning: 'fixed' }, () => port.close());
});
afterEach(() => {
  gpu.close();
  vi.unstubAllGlobals();
});

const makeSet = () => remote.dataset(gpu, new Float32Array(24), { shape: [2] });
/** Makes 80 views, and keeps none; a function of its own, since a frame that waits may keep what it has used last. */
function dropViews(set: Awaited<ReturnType<typeof makeSet>>): void {
  for (let i = 0; i < 20; i++) {
    set.take(3);
    set.filter((_, row) => row > 5);
    set.split(0.5);
  }
}

const forgotten = () => sent.flatMap((each) => (each.kind === 'forget' ? [each.kept] : []));
/** What the worker answers to a call of the object with this number. */
const answer = async (handle: number) => (await errorOf(gpu.client.call(handle, 'nothing', []))).message;
const isUnknown = async (handle: number) =>
  expect(await answer(handle)).toBe(`object ${handle} does not exist: the call that should have made it failed`);

describe('the worker forgets', () => {
  it('views of a data set that is still in use, which are collected there, too', async () => {
    const inWorker: WeakRef<Dataset>[] = [];
    const view = Dataset.prototype.view;
    const watched = vi.spyOn(Dataset.prototype, 'view').mockImplementation(function (this: Dataset, indices) {
      const made = view.call(this, indices);
      inWorker.push(new WeakRef(made));
      return made;
    });
    const set = await makeSet();
    dropViews(set);
    await gpu.counters();
    watched.mockClear();
    watched.mockRestore();
    expect(inWorker.length).toBe(80);
    await untilCollected(() => expect(inWorker.filter((each) => each.deref())).toEqual([]));
    // The data set itself is there.
    expect(set.take(1).length).toBe(1);
    expect(await answer(set.handle)).toMatch('not a function');
  });

  const made: [string, () => Promise<number[]>][] = [
    ['a data set', async () => [(await makeSet()).handle]],
    [
      'a data set that was disposed, with what later calls were told',
      async () => {
        const set = await makeSet();
        set.dispose();
        expect(await answer(set.handle)).toBe('the data set was disposed');
        return [set.handle];
      },
    ],
    [
      'a view of a data set that was disposed',
      async () => {
        const set = await makeSet();
        set.dispose();
        return [set.take(1).handle];
      },
    ],
    [
      'a model and its networks',
      async () => {
        const model = await smallRemote(gpu, {});
        return [model.handle, model.encoder.handle, model.decoder.handle];
      },
    ],
  ];
  it.each(made)('%s', async (_, make) => {
    const handles = await make();
    await untilCollected(() =>
      expect(forgotten()).toEqual(expect.arrayContaining(handles.map(($handle) => ({ $handle })))),
    );
    for (const handle of handles) await isUnknown(handle);
  });

  it('optimizers, which it keeps as long as the page can name them again', async () => {
    const kept = remote.adam(1e-3);
    const ask = (optimizer: remote.Optimizer) => errorOf(gpu.client.call(0, 'nothing', [{ optimizer }]));
    await ask(kept);
    await (() => ask(remote.sgd(0.1)))();
    await untilCollected(() => expect(forgotten()).toEqual([{ $same: 2 }]));
    await ask(kept);
    expect(sent.at(-1)).toMatchObject({ args: [{ optimizer: { $same: 1 } }] });
  });

  it('what a call that failed would have made', async () => {
    const { handle } = await makeSet();
    await errorOf(remote.dataset(gpu, new Float32Array(5), { shape: [2] }));
    await isUnknown(handle + 1);
  });
});

it('keeps a network of a model that the page has dropped', async () => {
  const { handle, encoder } = await (async () => {
    const { handle, encoder } = await smallRemote(gpu, {});
    return { handle, encoder };
  })();
  await untilCollected(() => expect(forgotten()).toContainEqual({ $handle: handle }));
  expect(forgotten()).not.toContainEqual({ $handle: encoder.handle });
  expect(await answer(encoder.handle)).toMatch('not a function');
});

it('says nothing after the end', async () => {
  // Another object says when the collector has been there.
  const probe = await (async () => new WeakRef(await makeSet()))();
  gpu.close();
  await untilCollected(() => expect(probe.deref() === undefined).toBe(true));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(forgotten()).toEqual([]);
});
