import { GpuUnavailableError } from '../errors.ts';
import type { Open } from './connection.ts';
import type { Gpu } from './device.ts';
import { within } from './within.ts';

/** The delay before each attempt to reopen a lost device. */
const backOffMs = [0, 250, 500, 1000, 2000, 4000, 8000];
/** The timeout of one attempt. */
const attemptMs = 2000;

/** The recovery that is running for each Gpu, so that all callers wait for the same attempts. */
const underWay = new WeakMap<Gpu, Promise<void>>();

/**
 * Opens another device in place of a lost one; does nothing if that has been done. All buffers are lost: their owners
 * restore them from copies.
 * @throws GpuUnavailableError without an adapter for half a minute; DeviceLostError where recovery is impossible; the
 * signal's reason
 */
export async function recover(gpu: Gpu, signal?: AbortSignal): Promise<void> {
  if (!gpu.isLost) return;
  if (gpu.closed || !gpu.reopen) return gpu.check();
  const recovery = underWay.get(gpu) ?? reopened(gpu, gpu.reopen).finally(() => underWay.delete(gpu));
  underWay.set(gpu, recovery);
  await unlessAborted(recovery, signal);
}

async function reopened(gpu: Gpu, reopen: Open): Promise<void> {
  let cause: unknown;
  for (const ms of backOffMs) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (gpu.closed) return gpu.check();
    try {
      // Right after a crash of the GPU process, a request for an adapter may never be answered.
      const opened = await within(attemptMs, reopen(), (late) => late.device.destroy());
      if (!gpu.closed) return gpu.use(opened);
      opened.device.destroy();
      return gpu.check();
    } catch (error) {
      if (!(error instanceof GpuUnavailableError)) throw error;
      cause = error;
    }
  }
  throw new GpuUnavailableError(
    `the GPU was lost, and could not be opened again in ${backOffMs.length} attempts: reload the page, or restart the browser or program`,
    { cause },
  );
}

/** Waits for the promise; rejects with the signal's reason when it is aborted. */
async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  let abort!: () => void;
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
