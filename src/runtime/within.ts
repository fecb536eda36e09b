import { GpuUnavailableError } from '../errors.ts';

/**
 * Limits the wait for a promise. A later result goes to `discard`.
 * @throws GpuUnavailableError after `ms` milliseconds
 */
export function within<T>(
  ms: number,
  promise: Promise<T>,
  discard?: (late: T) => void,
  message = `no answer within ${ms} ms`,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new GpuUnavailableError(message));
      void promise.then(discard, () => {}); // A failure after the time limit is not awaited.
    }, ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
