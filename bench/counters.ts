/** The calls of WebGPU by a library, counted in the methods of the interfaces. */
export interface Counts {
  dispatches: number;
  submits: number;
}

const counts: Counts = { dispatches: 0, submits: 0 };
let bytes = 0;
let peak = 0;

/** Starts counting; it has to be called before a library opens the GPU. */
export function countWebGPU(): void {
  around(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => counts.dispatches++);
  around(GPUQueue.prototype, 'submit', () => counts.submits++);
  const sizes = new WeakMap<GPUBuffer, number>();
  const createBuffer = GPUDevice.prototype.createBuffer;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    sizes.set(buffer, descriptor.size);
    bytes += descriptor.size;
    peak = Math.max(peak, bytes);
    return buffer;
  };
  const destroy = GPUBuffer.prototype.destroy;
  GPUBuffer.prototype.destroy = function () {
    bytes -= sizes.get(this) ?? 0;
    sizes.delete(this);
    return destroy.call(this);
  };
}

/** Returns the counts so far. */
export const counted = (): Counts => ({ ...counts });

/** Returns the most bytes that buffers have held since the last call. */
export function peakBytes(): number {
  const most = peak;
  peak = bytes;
  return most;
}

export const liveBytes = (): number => bytes;

function around<T extends object>(prototype: T, name: keyof T, before: () => void): void {
  const method = prototype[name] as (...values: unknown[]) => unknown;
  prototype[name] = function (this: unknown, ...values: unknown[]) {
    before();
    return method.apply(this, values);
  } as T[keyof T];
}
