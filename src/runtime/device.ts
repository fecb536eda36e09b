import { DeviceLostError, GpuUnavailableError, LatentGpuError, OptionError, OutOfMemoryError } from '../errors.ts';
import type { SelfTest, SelfTestOptions } from '../kernels/self-test.ts';
import { kindOf } from '../platform.ts';
import { computePass, type CommandPass } from './commands.ts';
import { Memory } from './memory.ts';
import { Notice } from './notice.ts';
import { checkFunction, shown } from './options.ts';
import { Pipelines } from './pipelines.ts';
import { Profiler, type KernelTime } from './profile.ts';
import { Stopwatches, type Stopwatch } from './stopwatch.ts';
import { Tuner } from './tune.ts';
import { within } from './within.ts';

/** Requests an adapter and its device. */
export type Open = () => Promise<Opened>;

export interface Opened {
  readonly device: GPUDevice;
  readonly info?: GPUAdapterInfo;
  /** Whether four neighbours in a workgroup are a quad of a subgroup. */
  readonly quads: boolean;
}

/** The delay before each attempt to reopen a lost device. */
const backOffMs = [0, 250, 500, 1000, 2000, 4000, 8000];
/** The timeout of one attempt. */
const attemptMs = 2000;
/**
 * The time in which a browser reports the loss of a device after operations fail: Firefox checks only ten times a
 * second.
 */
const noticeMs = 1000;

/** A GPU: one adapter's device, and everything that this library holds on it. */
export class Gpu {
  /** @internal */
  readonly tuner: Tuner;
  readonly #memory = new Memory();
  readonly #counters = { dispatches: 0, submits: 0, readbacks: 0 };
  #loss: DeviceLostError | undefined;
  #exhausted: string | undefined;
  #profiler: Profiler | undefined;
  readonly #waiting = new Set<(loss: DeviceLostError) => void>();
  #device!: GPUDevice;
  #quads!: boolean;
  #pipelines!: Pipelines;
  #stopwatches!: Stopwatches;
  #notice!: Notice;
  #lost!: Promise<GPUDeviceLostInfo>;
  #tellClosed!: (info: GPUDeviceLostInfo) => void;
  #closed = false;
  #recovery: Promise<void> | undefined;

  /** `reopen` opens another device when this one is lost. */
  constructor(
    device: GPUDevice,
    readonly info: { vendor: string; architecture: string; description: string; isFallback: boolean },
    private readonly ownsDevice: boolean,
    tuning: 'measured' | 'fixed' = 'measured',
    private readonly reopen?: Open,
    quads = device.features.has('subgroups'),
  ) {
    this.#use({ device, quads });
    this.tuner = new Tuner(this, tuning);
  }

  /** Warnings about this adapter in sentences, such as a wrong clock or a kernel with other results. */
  readonly notes: string[] = [];

  /** The device in use. After a recovery it is another one. */
  get device(): GPUDevice {
    return this.#device;
  }

  /** Whether kernels in which the invocations of a quad share what they load are right on this adapter. @internal */
  get quads(): boolean {
    return this.#quads;
  }

  /**
   * Resolves when the device in use is lost, also by `close()`. After a recovery it is another promise, for the new
   * device.
   */
  get lost(): Promise<GPUDeviceLostInfo> {
    return this.#lost;
  }

  /** @internal */
  get pipelines(): Pipelines {
    return this.#pipelines;
  }

  /** Returns the bytes and buffers that this library holds on the device, and the most bytes that it ever held. */
  memory(): { bytes: number; peakBytes: number; buffers: number } {
    return this.#memory.report();
  }

  /** Returns counts since `openGpu`, without the tuner's measurements. */
  counters(): { dispatches: number; submits: number; readbacks: number } {
    return { ...this.#counters };
  }

  /**
   * Measures the time of every dispatch while `work` runs, such as a fit of one step: each kernel's time on the device,
   * the longest first.
   * Browsers round the device's clock, mostly to 0.1 ms, so that short kernels show only in the sum over many
   * dispatches.
   * @throws LatentGpuError where the adapter has no timestamps, or another profile is running; DeviceLostError where
   * the device is lost meanwhile, though `work` may recover
   */
  async profile(work: () => Promise<unknown>): Promise<KernelTime[]> {
    this.check();
    checkFunction('profile: work', work);
    if (!this.device.features.has('timestamp-query'))
      throw new LatentGpuError('profile: this device has no timestamps (the feature timestamp-query)');
    if (this.#profiler) throw new LatentGpuError('profile: another one is running');
    const { device } = this;
    const profiler = (this.#profiler = new Profiler(device));
    try {
      try {
        await work();
      } finally {
        this.#profiler = undefined;
      }
      if (this.device !== device) throw new DeviceLostError('profile: the device was lost meanwhile');
      return await profiler.report((ranges) => this.readBytes(ranges));
    } finally {
      profiler.dispose();
    }
  }

  /**
   * Tests each way of computing matrix products and convolutions on values with known results. A way that is wrong on
   * this adapter and driver is not used from then on, so call it before you make models. Nearly all of its time goes
   * into compiling.
   * @throws OptionError, DeviceLostError; LatentGpuError where a shader does not compile
   */
  async selfTest(options: SelfTestOptions = {}): Promise<SelfTest> {
    this.check();
    // A page that does not ask for it does not load it.
    const { selfTest } = await import('../kernels/self-test.ts');
    return selfTest(this, options);
  }

  /** Adds a warning about something that training can do without. @internal */
  note(sentence: string): void {
    this.notes.push(sentence);
    console.warn(`latentgpu: ${sentence}`);
  }

  /** Frees everything. Further calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#loss ??= new DeviceLostError('the Gpu was closed');
    this.#memory.freeAll();
    this.#tellClosed({ __brand: 'GPUDeviceLostInfo', reason: 'destroyed', message: 'the Gpu was closed' });
    if (this.ownsDevice) this.device.destroy();
  }

  /** Whether it can open another device when this one is lost. @internal */
  get recoverable(): boolean {
    return this.reopen !== undefined;
  }

  /** Whether the device is lost. @internal */
  get isLost(): boolean {
    return this.#loss !== undefined;
  }

  /**
   * Opens another device in place of a lost one; does nothing if that has been done. All buffers are lost: their owners
   * restore them from copies.
   * @throws GpuUnavailableError without an adapter for half a minute; DeviceLostError where recovery is impossible; the
   * signal's reason
   * @internal
   */
  async recover(signal?: AbortSignal): Promise<void> {
    if (!this.#loss) return;
    if (this.#closed || !this.reopen) throw this.#loss;
    this.#recovery ??= this.#reopened(this.reopen).finally(() => (this.#recovery = undefined));
    await unlessAborted(this.#recovery, signal);
  }

  async #reopened(reopen: Open): Promise<void> {
    let cause: unknown;
    for (const ms of backOffMs) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (this.#closed) throw this.#loss!;
      try {
        // Right after a GPU process has died, the browser may leave the question unanswered.
        const opened = await within(attemptMs, reopen(), (late) => late.device.destroy());
        if (this.#closed) {
          opened.device.destroy();
          throw this.#loss!;
        }
        this.#memory.freeAll();
        return this.#use(opened);
      } catch (error) {
        if (!(error instanceof GpuUnavailableError)) throw error;
        cause = error;
      }
    }
    throw new GpuUnavailableError(
      `the GPU was lost and did not come back, though asked for ${backOffMs.length} times: reload the page, or start the browser or program anew`,
      { cause },
    );
  }

  #use({ device, quads }: Opened): void {
    this.#device = device;
    this.#profiler = undefined;
    this.#quads = quads;
    this.#pipelines = new Pipelines(device);
    this.#stopwatches = new Stopwatches(device);
    this.#notice = new Notice(device.queue);
    this.#loss = this.#exhausted = undefined;
    // A device that is not ours outlives `close()`, but for those who wait here it is gone all the same.
    const closed = new Promise<GPUDeviceLostInfo>((resolve) => (this.#tellClosed = resolve));
    this.#lost = Promise.race([device.lost, closed]);
    void this.#lost.then((info) => {
      if (this.#device !== device) return;
      this.#loss ??= new DeviceLostError(
        `the GPU device was lost (${info.reason}): ${info.message || 'no reason given'}`,
      );
      for (const reject of this.#waiting) reject(this.#loss);
      this.#waiting.clear();
    });
  }

  /** Makes a buffer of at least `bytes`, rounded up to whole 256-byte blocks. @internal */
  allocate(bytes: number, usage: GPUBufferUsageFlags, label: string): GPUBuffer {
    this.check();
    const size = Math.max(256, Math.ceil(bytes / 256) * 256);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit = usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (size > limit)
      throw new OutOfMemoryError(
        `${label}: ${bytes} bytes are more than the ${limit} this adapter allows in one buffer`,
      );
    // Exhaustion shows in a scope only; whoever uses the buffer goes through `guard`, which tells.
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer({ size, usage, label });
    this.device.popErrorScope().then(
      (error) => (this.#exhausted ??= error?.message),
      () => {}, // The device is lost, and everyone learns that from `wait`.
    );
    return this.#memory.add(buffer);
  }

  /** @internal */
  free(buffer: GPUBuffer): void {
    this.#memory.free(buffer);
  }

  /** Encodes, submits and counts one command buffer; resolves when the device has finished it. @internal */
  submit(encode: (encoder: GPUCommandEncoder) => number, done?: () => Promise<undefined>): Promise<void> {
    return this.uncounted((encoder) => {
      this.#counters.dispatches += encode(encoder);
      this.#counters.submits++;
    }, done);
  }

  /** Encodes and submits one command buffer without counting it. @internal */
  uncounted(
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

  /**
   * Encodes, submits and counts dispatches; resolves when the device has finished them. A stopwatch measures them,
   * unless a profile does.
   * @internal
   */
  compute(encode: (pass: CommandPass) => number, watch?: Stopwatch): Promise<void> {
    const encodeAll = (encoder: GPUCommandEncoder) => {
      const pass = this.#profiler?.pass(encoder) ?? computePass(encoder, watch?.writes);
      const dispatches = encode(pass);
      pass.end();
      watch?.resolve(encoder);
      return dispatches;
    };
    return this.submit(encodeAll, watch && (() => watch.ready()));
  }

  /** A stopwatch by the device's own clock, if it has one; release it afterwards. @internal */
  stopwatch(): Stopwatch | undefined {
    return this.#stopwatches.take();
  }

  /**
   * Copies ranges of device buffers to one array of bytes, one after the other; for the tuner, without counting it.
   * @internal
   */
  async readBytes(
    ranges: readonly { buffer: GPUBuffer; offset: number; bytes: number }[],
    counted = true,
  ): Promise<ArrayBuffer> {
    const total = ranges.reduce((sum, range) => sum + range.bytes, 0);
    const staging = this.allocate(total, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST, 'readback');
    try {
      const copied = this[counted ? 'submit' : 'uncounted']((encoder) => {
        let at = 0;
        for (const { buffer, offset, bytes } of ranges) {
          encoder.copyBufferToBuffer(buffer, offset, staging, at, bytes);
          at += bytes;
        }
        return 0;
      });
      if (counted) this.#counters.readbacks++;
      await Promise.all([copied, this.wait(this.#notice.inTime(staging.mapAsync(GPUMapMode.READ)))]);
      // A device that goes only now has unmapped the buffer already.
      return await this.wait(Promise.resolve().then(() => staging.getMappedRange().slice(0, total)));
    } finally {
      this.free(staging);
    }
  }

  /** Throws where the device is lost: most promises of a lost device resolve as if nothing had happened. @internal */
  check(): void {
    if (this.#loss) throw this.#loss;
  }

  /** The promise, or a `DeviceLostError` if the device is lost first. @internal */
  wait<T>(promise: Promise<T>): Promise<T> {
    // No Promise.race with `lost`: that one stays pending for the device's whole life, and each race would hang its callbacks on it.
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

  /**
   * The reason for a failed operation: an error of the browser may be the first sign of a loss that is reported a
   * moment later.
   */
  async #reasonOf(error: Error): Promise<Error> {
    const own = error instanceof LatentGpuError;
    if (!this.#loss && (!own || error.cause))
      await Promise.race([this.#lost, new Promise((resolve) => setTimeout(resolve, noticeMs))]);
    return (
      this.#loss ??
      (own || kindOf(error) !== 'DOMException'
        ? error
        : new LatentGpuError(`the device refused an operation: ${error.message}`, { cause: error }))
    );
  }

  /**
   * Runs synchronous WebGPU calls and waits for their result and for the errors that WebGPU reports only in scopes.
   * @internal
   */
  async guard<T>(work: () => T | Promise<T>): Promise<T> {
    this.check();
    const filters: GPUErrorFilter[] = ['internal', 'out-of-memory', 'validation'];
    filters.forEach((filter) => this.device.pushErrorScope(filter));
    let result: T | Promise<T>;
    let errors: Promise<GPUError | null>[];
    try {
      result = work();
    } finally {
      errors = filters.map(() => this.device.popErrorScope());
      // Where `work` has thrown, nobody waits for them.
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
}

/** Checks a Gpu. @throws OptionError for anything else; DeviceLostError for one that is lost @internal */
export function checkGpu(where: string, gpu: unknown): void {
  if (!(gpu instanceof Gpu)) throw new OptionError(`${where}: takes a Gpu, as openGpu gives it, not ${shown(gpu)}`);
  gpu.check();
}

/** The promise, or the signal's reason once it is aborted. */
async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  let abort!: () => void;
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
