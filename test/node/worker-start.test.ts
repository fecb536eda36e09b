/** How a worker is started and answers, or does not: workers and GPUs that only pretend to be some. Real ones: test/worker/worker.test.ts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GpuUnavailableError, LatentGpuError, OptionError } from '../../src/errors.ts';
import { openGpu, openOver } from '../../src/worker/open.ts';
import { serve } from '../../src/worker/server.ts';
import type { Line } from '../../src/worker/protocol.ts';
import { errorOf } from '../support/error-of.ts';
import { standInAdapter, standInDevice } from '../support/stand-in.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A worker that says nothing of itself. */
class SilentWorker extends EventTarget {
  readonly postMessage = vi.fn();
  readonly terminate = vi.fn();
}
const silent = () => new SilentWorker() as SilentWorker & Worker;

async function failed(opening: Promise<unknown>): Promise<Error> {
  const error = errorOf(opening);
  await vi.runAllTimersAsync();
  return error;
}

describe('a worker', () => {
  it('that never answers is terminated, and openGpu states what its script must do', async () => {
    const worker = silent();
    const error = await failed(openGpu({ worker }));
    expect(error).toBeInstanceOf(GpuUnavailableError);
    expect(error.message).toMatch(
      /^the worker did not answer for 45 s: its bundled script has to run 'latentgpu\/worker-thread'$/,
    );
    expect(worker.terminate).toHaveBeenCalledOnce();
  });

  it('whose script is not found is reported with advice', async () => {
    const worker = silent();
    const opening = failed(openGpu({ worker }));
    worker.dispatchEvent(new Event('error'));
    const error = await opening;
    expect(error).toBeInstanceOf(GpuUnavailableError);
    for (const remedy of [
      "optimizeDeps: { exclude: ['latentgpu'] }",
      "worker: { format: 'es' }",
      "option `worker`, whose script imports 'latentgpu/worker-thread'",
      'Cross-Origin-Embedder-Policy',
      'worker-src',
    ])
      expect(error.message).toContain(remedy);
    expect(worker.terminate).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('whose script throws is reported with the error', async () => {
    const worker = silent();
    const opening = failed(openGpu({ worker }));
    worker.dispatchEvent(Object.assign(new Event('error'), { message: 'Uncaught SyntaxError: export' }));
    const message = 'the worker ended with an error: Uncaught SyntaxError: export';
    expect(await opening).toEqual(new LatentGpuError(message));
  });

  it('is required instead of another object', async () => {
    for (const worker of [null, 'worker.js', {}, new EventTarget()]) {
      const error = await failed(openGpu({ worker: worker as never }));
      expect(error).toBeInstanceOf(OptionError);
      expect(error.message).toMatch(/^openGpu: worker must be a Worker, not /);
    }
  });

  it('cannot be started in Node, which has no workers', async () => {
    const message = "there are no Web Workers here, as in Node: import from 'latentgpu' instead";
    expect(await failed(openGpu())).toEqual(new GpuUnavailableError(message));
  });

  it('that is blocked is reported with the reason', async () => {
    const reason = new DOMException('Script cannot be accessed from this origin', 'SecurityError');
    vi.stubGlobal('Worker', class { constructor() { throw reason; } }); // prettier-ignore
    const error = await failed(openGpu());
    expect(error).toBeInstanceOf(GpuUnavailableError);
    expect(error.message).toMatch(
      /cannot be accessed from this origin; .*the page's own origin, or give the option `worker`$/,
    );
    expect(error.cause).toBe(reason);
  });
});

/** Both ends of a line, whose messages arrive a moment later. */
function line(): [Line, Line] {
  const ends = [new EventTarget(), new EventTarget()];
  const end = (own: EventTarget, other: EventTarget): Line => ({
    postMessage: (data) =>
      void queueMicrotask(() => other.dispatchEvent(Object.assign(new Event('message'), { data }))),
    addEventListener: (type, listener) => own.addEventListener(type, listener as (event: Event) => void),
  });
  return [end(ends[0], ends[1]), end(ends[1], ends[0])];
}

/** What a page gets whose worker runs with this `locks`. */
async function openWith(locks: unknown): Promise<{ name?: string; opened: Awaited<ReturnType<typeof openOver>> }> {
  const adapter = standInAdapter(async () => standInDevice());
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter }, locks });
  const [page, worker] = line();
  serve(worker);
  const opening = openOver(page, { tuning: 'fixed' }, () => {});
  await vi.runAllTimersAsync();
  return { opened: await opening };
}

describe('locks, which show that a worker was terminated, are optional:', () => {
  const never = () => new Promise(() => {});
  it.each<[string, unknown]>([
    ['there are none', undefined],
    ['they are refused', { request: () => Promise.reject(new DOMException('no', 'SecurityError')) }],
    ['they throw', { request: () => { throw new DOMException('no', 'SecurityError'); } }], // prettier-ignore
    ['they never come', { request: never }],
  ])('%s', async (_, locks) => {
    const { opened } = await openWith(locks);
    const told = vi.fn();
    void opened.lost.then(told);
    await vi.runAllTimersAsync();
    expect(told).not.toHaveBeenCalled();
    expect(await opened.memory()).toEqual({ bytes: 0, peakBytes: 0, buffers: 0 });
    opened.close();
  });

  it('the page may lack them', async () => {
    let inWorker = true;
    const locks = { request: (_: string, held: () => unknown) => Promise.resolve(held()) };
    const navigator = { gpu: { requestAdapter: async () => standInAdapter(async () => standInDevice()) } };
    vi.stubGlobal(
      'navigator',
      Object.defineProperty(navigator, 'locks', { get: () => (inWorker ? locks : undefined) }),
    );
    const [page, worker] = line();
    serve(worker);
    inWorker = false;
    const opening = openOver(page, { tuning: 'fixed' }, () => {});
    await vi.runAllTimersAsync();
    (await opening).close();
  });
});
