import { DeviceLostError, LatentGpuError, OutOfMemoryError } from '../errors.ts';
import { kindOf } from '../platform.ts';
import { Notice } from './notice.ts';
import { Pipelines } from './pipelines.ts';
import { Stopwatches } from './stopwatch.ts';

/** Requests an adapter and its device. */
export type Open = () => Promise<Opened>;

export interface Opened {
  readonly device: GPUDevice;
  readonly info?: GPUAdapterInfo;
  /** Whether four neighbours in a workgroup are a quad of a subgroup. */
  readonly quads: boolean;
}

/**
 * The time in which a browser reports the loss of a device after operations fail: Firefox checks only ten times a
 * second.
 */
const noticeMs = 1000;

/** The errors that WebGPU reports only in scopes. */
const filters: readonly GPUErrorFilter[] = ['internal', 'out-of-memory', 'validation'];

/**
 * One device from its opening to its loss. Its methods turn the losses and errors that WebGPU reports elsewhere, or not
 * at all, into errors of this library.
 */
export class Connection {
  readonly pipelines: Pipelines;
  readonly stopwatches: Stopwatches;
  /** Resolves when the device is lost or the connection is closed. */
  readonly lost: Promise<GPUDeviceLostInfo>;
  readonly #notice: Notice;
  #loss: DeviceLostError | undefined;
  #exhausted: string | undefined;
  #resolveLost!: (info: GPUDeviceLostInfo) => void;
  readonly #waiting = new Set<(loss: DeviceLostError) => void>();

  constructor(readonly device: GPUDevice) {
    this.pipelines = new Pipelines(device);
    this.stopwatches = new Stopwatches(device);
    this.#notice = new Notice(device.queue);
    // A device that the caller owns outlives `close()`, but everything that waits on this connection has to end.
    this.lost = new Promise((resolve) => {
      this.#resolveLost = resolve;
      void device.lost.then(resolve);
    });
    void this.lost.then(({ reason, message }) => {
      this.#loss ??= new DeviceLostError(`the GPU device was lost (${reason}): ${message || 'no reason given'}`);
      for (const reject of this.#waiting) reject(this.#loss);
      this.#waiting.clear();
    });
  }

  /** The error that everything on a lost device fails with. */
  get loss(): DeviceLostError | undefined {
    return this.#loss;
  }

  /** Makes the connection count as lost; the device itself is not changed. */
  close(): void {
    const message = 'the Gpu was closed';
    this.#loss ??= new DeviceLostError(message);
    this.#resolveLost({ reason: 'destroyed', message } as GPUDeviceLostInfo);
  }

  /** Throws where the device is lost: most promises of a lost device resolve as if nothing had happened. */
  check(): void {
    if (this.#loss) throw this.#loss;
  }

  /** Makes a buffer of at least `bytes`, rounded up to whole 256-byte blocks. @throws OutOfMemoryError */
  buffer(bytes: number, usage: GPUBufferUsageFlags, label: string): GPUBuffer {
    this.check();
    const size = Math.max(256, Math.ceil(bytes / 256) * 256);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit = usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (size > limit)
      throw new OutOfMemoryError(
        `${label}: ${bytes} bytes are more than the ${limit} this adapter allows in one buffer`,
      );
    // WebGPU reports exhausted memory in a scope only; every use of the buffer goes through `guard`, which throws.
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer({ size, usage, label });
    this.device.popErrorScope().then(
      (error) => (this.#exhausted ??= error?.message),
      () => {}, // The device is lost, and `wait` reports this to every caller.
    );
    return buffer;
  }

  /** Waits for the promise; rejects with a `DeviceLostError` if the device is lost first. */
  wait<T>(promise: Promise<T>): Promise<T> {
    // `Promise.race` with `lost` would leak memory: `lost` stays pending for the device's whole life, and keeps the
    // callbacks of every race.
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      promise
        .finally(() => this.#waiting.delete(reject))
        .then(
          (value) => (this.#loss ? reject(this.#loss) : resolve(value)),
          (error: Error) => void this.#reasonOf(error).then(reject),
        );
      if (this.#loss) reject(this.#loss);
    });
  }

  /** Runs synchronous WebGPU calls and waits for their result and for the errors that WebGPU reports only in scopes. */
  async guard<T>(work: () => T | Promise<T>): Promise<T> {
    this.check();
    filters.forEach((filter) => this.device.pushErrorScope(filter));
    let result: T | Promise<T>;
    let errors: Promise<GPUError | null>[];
    try {
      result = work();
    } finally {
      errors = filters.map(() => this.device.popErrorScope());
      // If `work` has thrown, these promises are not awaited.
      for (const each of errors) each.catch(() => {});
    }
    const [value, ...found] = await this.wait(Promise.all([result, ...errors]));
    const error = found.find((each) => each !== null);
    const exhausted = this.#exhausted ?? found[filters.indexOf('out-of-memory')]?.message;
    this.#exhausted = undefined;
    if (exhausted !== undefined) throw new OutOfMemoryError(`the device is out of memory: ${exhausted}`);
    if (error)
      throw await this.#reasonOf(new LatentGpuError(`WebGPU refused a command: ${error.message}`, { cause: error }));
    return value;
  }

  /** Encodes and submits one command buffer; resolves when the device has finished it. */
  submit(
    encode: (encoder: GPUCommandEncoder) => void,
    done = () => this.device.queue.onSubmittedWorkDone(),
  ): Promise<void> {
    return this.guard(() => {
      const encoder = this.device.createCommandEncoder();
      encode(encoder);
      this.device.queue.submit([encoder.finish()]);
      return this.#notice.inTime(done());
    });
  }

  /** Reads the first `bytes` of a mappable buffer, when all submitted work that writes to it is done. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    await this.wait(this.#notice.inTime(buffer.mapAsync(GPUMapMode.READ)));
    // If the device is lost only now, the buffer is unmapped already.
    return this.wait(Promise.resolve().then(() => buffer.getMappedRange().slice(0, bytes)));
  }

  /**
   * Returns the reason for a failed operation. An error of the browser may be the first sign of a loss that is reported
   * a moment later.
   */
  async #reasonOf(error: Error): Promise<Error> {
    const own = error instanceof LatentGpuError;
    if (!this.#loss && (!own || error.cause))
      await Promise.race([this.lost, new Promise((resolve) => setTimeout(resolve, noticeMs))]);
    return (
      this.#loss ??
      (own || kindOf(error) !== 'DOMException'
        ? error
        : new LatentGpuError(`the device refused an operation: ${error.message}`, { cause: error }))
    );
  }
}
