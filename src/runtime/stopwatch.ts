/** The number of passes that may be measured at once. */
const slots = 8;

interface Made {
  queries: GPUQuerySet;
  resolved: GPUBuffer;
  staging: GPUBuffer[];
}

/** Measures passes by the device's own clock. */
export class Stopwatches {
  /**
   * Makes all at once with the first pass: its guard then sees failures, and a run makes the same buffers however many
   * passes it takes.
   */
  #made: Made | undefined;
  readonly #idle = Array.from({ length: slots }, (_, i) => i);

  constructor(private readonly device: GPUDevice) {}

  /**
   * Returns a stopwatch for one pass after the other, until it is released; undefined where all are in use, or the
   * device has no clock.
   */
  take(): Stopwatch | undefined {
    if (!this.device.features.has('timestamp-query')) return undefined;
    const slot = this.#idle.pop();
    return slot === undefined ? undefined : new Stopwatch(slot, () => this.#make(), () => void this.#idle.push(slot)); // prettier-ignore
  }

  #make(): Made {
    return (this.#made ??= {
      queries: this.device.createQuerySet({ type: 'timestamp', count: 2 * slots }),
      resolved: this.device.createBuffer({
        size: 256 * slots,
        usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
      }),
      staging: Array.from({ length: slots }, () =>
        this.device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
      ),
    });
  }
}

export class Stopwatch {
  #mapped = false;
  #ticks = new BigUint64Array(2);

  constructor(
    private readonly slot: number,
    private readonly make: () => Made,
    private readonly giveBack: () => void,
  ) {}

  /** The timestamp writes for the pass's descriptor. */
  get writes(): GPUComputePassTimestampWrites {
    return {
      querySet: this.make().queries,
      beginningOfPassWriteIndex: 2 * this.slot,
      endOfPassWriteIndex: 2 * this.slot + 1,
    };
  }

  /** Encodes the resolution of the timestamps. Call it after the pass. */
  resolve(encoder: GPUCommandEncoder): void {
    const { queries, resolved } = this.make();
    encoder.resolveQuerySet(queries, 2 * this.slot, 2, resolved, 256 * this.slot);
    encoder.copyBufferToBuffer(resolved, 256 * this.slot, this.#staging, 0, 16);
  }

  /** Resolves when the device has finished the submit, and so all before it. Call it after the submit. */
  async ready(): Promise<undefined> {
    await this.#staging.mapAsync(GPUMapMode.READ);
    this.#mapped = true;
    // Copied immediately, because losing the device later would invalidate the range.
    this.#ticks = new BigUint64Array(this.#staging.getMappedRange().slice(0));
  }

  /** The milliseconds of the pass. */
  read(): number {
    const [begin, end] = this.#ticks;
    this.#unmap();
    return Number(end - begin) / 1e6;
  }

  /** Releases the stopwatch for another pass, also after a failure. */
  release(): void {
    this.#unmap();
    this.giveBack();
  }

  /** Unmaps the buffer, if it is mapped: Deno refuses it otherwise. */
  #unmap(): void {
    if (this.#mapped) this.#staging.unmap();
    this.#mapped = false;
  }

  get #staging(): GPUBuffer {
    return this.make().staging[this.slot];
  }
}
