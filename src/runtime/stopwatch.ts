/** Takes the time of one pass after the other by the device's own clock. What it needs is made with the first pass, whose guard sees what fails. */
export class Stopwatch {
  #made: { queries: GPUQuerySet; resolved: GPUBuffer; staging: GPUBuffer } | undefined;

  constructor(private readonly device: GPUDevice) {}

  /** Makes what it needs, once. */
  make() {
    return (this.#made ??= {
      queries: this.device.createQuerySet({ type: 'timestamp', count: 2 }),
      resolved: this.device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
      staging: this.device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
    });
  }

  /** For the pass's descriptor. */
  get writes(): GPUComputePassTimestampWrites {
    return { querySet: this.make().queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
  }

  /** To be encoded behind the pass. */
  resolve(encoder: GPUCommandEncoder): void {
    const { queries, resolved, staging } = this.#made!;
    encoder.resolveQuerySet(queries, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
  }

  /** To be called behind the submit: when the device has done it, and so all before it. */
  ready(): Promise<undefined> {
    return this.#made!.staging.mapAsync(GPUMapMode.READ);
  }

  /** Milliseconds of the pass. */
  read(): number {
    const { staging } = this.#made!;
    const [begin, end] = new BigUint64Array(staging.getMappedRange().slice(0));
    staging.unmap();
    return Number(end - begin) / 1e6;
  }

  dispose(): void {
    for (const each of Object.values(this.#made ?? {})) each.destroy();
    this.#made = undefined;
  }
}
