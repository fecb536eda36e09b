import { Gpu } from '../../src/runtime/device.ts';

/** What can be made to go wrong. */
export type Fault = 'buffer' | 'pipeline' | 'map' | 'submit' | 'loss';

/**
 * A Gpu on a device on which the n-th operation of a kind fails, counted from 0, or never: the n-th buffer or submit as a device reports it, in
 * the error scope that is open; the n-th pipeline or mapping by a rejection; `loss`: the device is destroyed as the n-th of all asynchronous
 * operations begins.
 */
export function faulty(device: GPUDevice, fault: Fault, at = Infinity): { gpu: Gpu; operations: () => number } {
  let count = 0;
  const strikes = (kind: Fault) => kind === fault && count++ === at;
  const scopes: { filter: GPUErrorFilter; error?: GPUError }[] = [];
  const report = (filter: GPUErrorFilter, error: GPUError) => {
    const scope = scopes.findLast((each) => each.filter === filter);
    if (!scope) throw new Error(`an error that no scope would have seen: ${error.message}`);
    scope.error ??= error;
  };
  /** An operation that answers later. */
  const later = <T>(begin: () => Promise<T>): Promise<T> => {
    const promise = begin();
    if (strikes('loss')) device.destroy();
    return promise;
  };

  const queue: Partial<GPUQueue> = {
    submit(commands) {
      if (strikes('submit')) return void report('validation', new GPUValidationError('a submit that fails on purpose'));
      device.queue.submit(commands);
    },
    onSubmittedWorkDone: () => later(() => device.queue.onSubmittedWorkDone()),
  };
  const overrides: Partial<GPUDevice> = {
    queue: over(device.queue, queue),
    pushErrorScope(filter) {
      scopes.push({ filter });
      device.pushErrorScope(filter);
    },
    popErrorScope() {
      const scope = scopes.pop();
      return later(async () => (await device.popErrorScope()) ?? scope?.error ?? null);
    },
    createBuffer(descriptor) {
      if (strikes('buffer')) report('out-of-memory', new GPUOutOfMemoryError('a buffer that fails on purpose'));
      const buffer = device.createBuffer(descriptor);
      const map = buffer.mapAsync.bind(buffer);
      buffer.mapAsync = (...args) =>
        strikes('map')
          ? Promise.reject(new DOMException('a mapping that fails on purpose', 'OperationError'))
          : later(() => map(...args));
      return buffer;
    },
    createComputePipelineAsync: (descriptor) =>
      strikes('pipeline')
        ? Promise.reject(new GPUPipelineError('a pipeline that fails on purpose', { reason: 'internal' }))
        : later(() => device.createComputePipelineAsync(descriptor)),
  };
  const gpu = new Gpu(
    over(device, overrides),
    { vendor: 'test', architecture: 'test', description: '', isFallback: true },
    false,
    'fixed',
  );
  return { gpu, operations: () => count };
}

/** An object with some of its members replaced; what is left is called on the object itself. */
export function over<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get(target, key) {
      if (Object.hasOwn(replaced, key)) return replaced[key as keyof T];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}
