import { DeviceLostError, LatentGpuError, OptionError } from '../errors.ts';
import type { SelfTest, SelfTestOptions } from '../kernels/self-test.ts';
import { computePass, type CommandPass } from './commands.ts';
import { Connection, type Open, type Opened } from './connection.ts';
import { Memory } from './memory.ts';
import { checkFunction, shown } from './options.ts';
import type { Pipelines } from './pipelines.ts';
import type { KernelTime, Profiler } from './profile.ts';
import type { Stopwatch } from './stopwatch.ts';
import { Tuner } from './tune.ts';

/** A GPU: the device of an adapter, and everything that this library holds on it. */
export class Gpu {
  /** @internal */
  readonly tuner: Tuner;
  readonly #memory = new Memory();
  readonly #counters = { dispatches: 0, submits: 0, readbacks: 0 };
  #connection: Connection;
  #quads: boolean;
  #profiler: Profiler | undefined;
  #closed = false;

  constructor(
    device: GPUDevice,
    readonly info: { vendor: string; architecture: string; description: string; isFallback: boolean },
    private readonly ownsDevice: boolean,
    tuning: 'measured' | 'fixed' = 'measured',
    /** Opens another device when this one is lost. @internal */
    readonly reopen?: Open,
    quads = device.features.has('subgroups'),
  ) {
    this.#connection = new Connection(device);
    this.#quads = quads;
    this.tuner = new Tuner(this, tuning);
  }

  /** Warnings about this adapter in sentences, such as a wrong clock or a kernel with other results. */
  readonly notes: string[] = [];

  /** The device in use. After a recovery it is another one. */
  get device(): GPUDevice {
    return this.#connection.device;
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
    return this.#connection.lost;
  }

  /** @internal */
  get pipelines(): Pipelines {
    return this.#connection.pipelines;
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
   * the longest first. Browsers round the device's clock, mostly to 0.1 ms, so that short kernels show only in the sum
   * over many dispatches.
   * @throws LatentGpuError where the adapter has no timestamps, or another profile is running; DeviceLostError where
   * the device is lost meanwhile, though `work` may recover
   */
  async profile(work: () => Promise<unknown>): Promise<KernelTime[]> {
    this.check();
    checkFunction('profile: work', work);
    if (!this.device.features.has('timestamp-query'))
      throw new LatentGpuError('profile: this device has no timestamps (the feature timestamp-query)');
    // Imported on demand: pages that measure no kernels do not load it.
    const { Profiler } = await import('./profile.ts');
    if (this.#profiler) throw new LatentGpuError('profile: another profile is running');
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
    // Imported on demand: pages that do not call `selfTest` do not load it.
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
    this.#connection.close();
    this.#memory.freeAll();
    if (this.ownsDevice) this.device.destroy();
  }

  /** Whether `close()` was called. @internal */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether the device is lost. @internal */
  get isLost(): boolean {
    return this.#connection.loss !== undefined;
  }

  /** Works on another device in place of a lost one; all buffers are lost. See recover.ts. @internal */
  use({ device, quads }: Opened): void {
    this.#memory.freeAll();
    this.#profiler = undefined;
    this.#connection = new Connection(device);
    this.#quads = quads;
  }

  /** Makes a buffer of at least `bytes`, rounded up to whole 256-byte blocks. @internal */
  allocate(bytes: number, usage: GPUBufferUsageFlags, label: string): GPUBuffer {
    return this.#memory.add(this.#connection.buffer(bytes, usage, label));
  }

  /** @internal */
  free(buffer: GPUBuffer): void {
    this.#memory.free(buffer);
  }

  /** Encodes, submits and counts one command buffer; resolves when the device has finished it. @internal */
  submit(encode: (encoder: GPUCommandEncoder) => void, done?: () => Promise<undefined>): Promise<void> {
    return this.uncounted((encoder) => {
      encode(encoder);
      this.#counters.submits++;
    }, done);
  }

  /** Encodes and submits one command buffer without counting it. @internal */
  uncounted(encode: (encoder: GPUCommandEncoder) => void, done?: () => Promise<undefined>): Promise<void> {
    return this.#connection.submit(encode, done);
  }

  /**
   * Encodes, submits and counts dispatches; resolves when the device has finished them. A stopwatch measures them,
   * unless a profile does.
   * @internal
   */
  compute(encode: (pass: CommandPass) => number, watch?: Stopwatch): Promise<void> {
    const encodeAll = (encoder: GPUCommandEncoder) => {
      const pass = this.#profiler?.pass(encoder) ?? computePass(encoder, watch?.writes);
      this.#counters.dispatches += encode(pass);
      pass.end();
      watch?.resolve(encoder);
    };
    return this.submit(encodeAll, watch && (() => watch.ready()));
  }

  /** A stopwatch by the device's own clock, if it has one; release it afterwards. @internal */
  stopwatch(): Stopwatch | undefined {
    return this.#connection.stopwatches.take();
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
      });
      if (counted) this.#counters.readbacks++;
      const [bytes] = await Promise.all([this.#connection.read(staging, total), copied]);
      return bytes;
    } finally {
      this.free(staging);
    }
  }

  /** Throws where the device is lost: most promises of a lost device resolve as if nothing had happened. @internal */
  check(): void {
    this.#connection.check();
  }

  /** Waits for the promise; rejects with a `DeviceLostError` if the device is lost first. @internal */
  wait<T>(promise: Promise<T>): Promise<T> {
    return this.#connection.wait(promise);
  }

  /**
   * Runs synchronous WebGPU calls and waits for their result and for the errors that WebGPU reports only in scopes.
   * @internal
   */
  guard<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#connection.guard(work);
  }
}

/** Checks a Gpu. @throws OptionError for anything else; DeviceLostError for one that is lost @internal */
export function checkGpu(where: string, gpu: unknown): void {
  if (!(gpu instanceof Gpu)) throw new OptionError(`${where}: takes a Gpu, as openGpu gives it, not ${shown(gpu)}`);
  gpu.check();
}
