import { DeviceLostError, LatentGpuError } from '../errors.ts';
import { checkOptions } from '../runtime/options.ts';
import { Client } from './client.ts';
import { library, type Line } from './protocol.ts';
import { Gpu } from './data.ts';

/** Options of `openGpu`. */
export interface WorkerGpuOptions {
  powerPreference?: GPUPowerPreference;
  /** As in `latentgpu`. */
  tuning?: 'measured' | 'fixed';
  /** A worker of your own that runs this package's `dist/worker-thread.js`: for bundlers that do not find it by themselves. */
  worker?: Worker;
}

type Lost = { reason: GPUDeviceLostReason; message: string };

/**
 * Starts a worker and opens the GPU in it: what the page computes and draws no longer waits for training, nor training for it.
 * @throws GpuUnavailableError, OptionError; LatentGpuError where the worker does not start
 */
export async function openGpu(options: WorkerGpuOptions = {}): Promise<Gpu> {
  checkOptions('openGpu', options, ['powerPreference', 'tuning', 'worker']);
  const { worker = startWorker(), ...rest } = options;
  try {
    return await openOver(
      worker,
      rest,
      () => worker.terminate(),
      (fail) => {
        worker.addEventListener('error', (event) =>
          fail(
            new LatentGpuError(`the worker ended with an error: ${event.message || 'its script could not be loaded'}`, {
              cause: event.error,
            }),
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
  try {
    return new Worker(new URL('./thread.ts', import.meta.url), { type: 'module', name: 'latentgpu' });
  } catch (cause) {
    throw new LatentGpuError(
      `the worker cannot be started: ${String(cause)}; its script must come from the page's own origin, or give the option \`worker\``,
      { cause },
    );
  }
}

/** The same over any line with a library at its other end. `watch` is handed what to call where the line breaks. */
export async function openOver(
  line: Line,
  options: object,
  terminate: () => void,
  watch: (fail: (error: Error) => void) => void = () => {},
): Promise<Gpu> {
  let tellLost!: (lost: Lost) => void;
  const lost = new Promise<Lost>((resolve) => (tellLost = resolve));
  const client = new Client(line, (_, { reason, message }) => tellLost({ reason, message }));
  watch((error) => {
    client.end(error);
    tellLost({ reason: 'unknown', message: error.message });
  });
  const handle = client.newHandle();
  const { sign, ...info } = await client.call<Gpu['info'] & { sign?: string }>(library, 'openGpu', [options], {
    makes: [handle],
  });
  const ended = () => {
    const message = 'the worker was terminated';
    client.end(new DeviceLostError(message));
    tellLost({ reason: 'unknown', message });
  };
  // Free when the worker, which holds it, is no more.
  if (sign) navigator.locks.request(sign, ended).catch(() => {}); // Then nobody tells; all else goes on.
  return new Gpu(client, handle, info, lost, () => {
    terminate();
    tellLost({ reason: 'destroyed', message: 'the Gpu was closed' });
  });
}
