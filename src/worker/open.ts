import { DeviceLostError, GpuUnavailableError, LatentGpuError, OptionError } from '../errors.ts';
import { checkOptions, shown } from '../runtime/options.ts';
import { within } from '../runtime/within.ts';
import { Client } from './client.ts';
import { library, type Line } from './protocol.ts';
import { Gpu } from './data.ts';

/** Options of `openGpu`. */
export interface WorkerGpuOptions {
  /** The GPU to use in a machine with two; see `GpuOptions` of `latentgpu`. */
  powerPreference?: GPUPowerPreference;
  /** How kernels are chosen; see `GpuOptions` of `latentgpu`. */
  tuning?: 'measured' | 'fixed';
  /**
   * A worker of your own, for bundlers that do not find the library's worker. Its script has one line:
   * `import 'latentgpu/worker-thread';`
   * ```js
   * import { openGpu } from 'latentgpu/worker';
   *
   * const worker = new Worker(new URL('./latentgpu-worker.js', import.meta.url), { type: 'module' });
   * const gpu = await openGpu({ worker });
   * ```
   */
  worker?: Worker;
}

type Lost = { reason: GPUDeviceLostReason; message: string };

/**
 * The timeout for a worker to load its script and to open the GPU. It is longer than that of `openGpu` in the worker,
 * so that the worker's own error arrives first.
 */
const startMs = 45_000;

/** The advice where the script is not found or not allowed. */
const remedies =
  "with Vite 7 or older, set optimizeDeps: { exclude: ['latentgpu'] } and worker: { format: 'es' }; else give the option `worker`, whose script " +
  "imports 'latentgpu/worker-thread'; a page's Cross-Origin-Embedder-Policy has to come with the script, too, and its Content-Security-Policy " +
  'to allow it by worker-src';

/**
 * Starts a worker and opens the GPU in it, so that the page and the training do not wait for each other.
 * @throws OptionError; GpuUnavailableError, also where the worker does not start or does not answer for 45 s
 */
export async function openGpu(options: WorkerGpuOptions = {}): Promise<Gpu> {
  checkOptions('openGpu', options, ['powerPreference', 'tuning', 'worker']);
  const { worker = startWorker(), ...rest } = options;
  if (typeof worker?.postMessage !== 'function')
    throw new OptionError(`openGpu: worker must be a Worker, not ${shown(worker)}`);
  try {
    return await openOver(
      worker,
      rest,
      () => worker.terminate(),
      (fail) => {
        worker.addEventListener('error', ({ message, error }) =>
          fail(
            message
              ? new LatentGpuError(`the worker ended with an error: ${message}`, { cause: error })
              : new GpuUnavailableError(`the worker's script could not be loaded: ${remedies}`),
          ),
        );
        worker.addEventListener('messageerror', () =>
          fail(new LatentGpuError('a message to or from the worker could not be read')),
        );
      },
    );
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

function startWorker(): Worker {
  if (typeof Worker === 'undefined')
    throw new GpuUnavailableError("there are no Web Workers here, as in Node: import from 'latentgpu' instead");
  try {
    return new Worker(new URL('./thread.ts', import.meta.url), { type: 'module', name: 'latentgpu' });
  } catch (cause) {
    throw new GpuUnavailableError(
      `the worker cannot be started: ${String(cause)}; its script must come from the page's own origin, or give the option \`worker\``,
      { cause },
    );
  }
}

/**
 * Opens the GPU over any connection to a library. `watch` receives a function to call where the connection breaks.
 * @throws GpuUnavailableError without an answer
 */
export async function openOver(
  line: Line,
  options: object,
  terminate: () => void,
  watch: (fail: (error: Error) => void) => void = () => {},
): Promise<Gpu> {
  let resolveLost!: (lost: Lost) => void;
  const lost = new Promise<Lost>((resolve) => (resolveLost = resolve));
  const client = new Client(line, (_, { reason, message }) => resolveLost({ reason, message }));
  watch((error) => {
    client.end(error);
    resolveLost({ reason: 'unknown', message: error.message });
  });
  const handle = client.newHandle();
  const opening = client.call<Gpu['info'] & { sign?: string }>(library, 'openGpu', [options], { makes: [handle] });
  const message = `the worker did not answer for ${startMs / 1000} s: its bundled script has to run 'latentgpu/worker-thread'`;
  const { sign, ...info } = await within(startMs, opening, undefined, message);
  const ended = () => {
    const message = 'the worker was terminated';
    client.end(new DeviceLostError(message));
    resolveLost({ reason: 'unknown', message });
  };
  // The worker holds this lock, so the page gets it when the worker ends. Without locks the end is not reported, and
  // everything else works.
  if (sign) navigator.locks?.request(sign, ended).catch(() => {});
  return new Gpu(client, handle, info, lost, () => {
    terminate();
    resolveLost({ reason: 'destroyed', message: 'the Gpu was closed' });
  });
}
