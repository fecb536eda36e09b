/**
 * Counts the device bytes this library holds. A buffer leaves the count when it is destroyed, or when JavaScript's
 * collector finds it unreachable (the browser frees it then), so a forgotten `dispose()` is no leak.
 */
export class Memory {
  #bytes = 0;
  #peakBytes = 0;
  readonly #live = new Map<WeakRef<GPUBuffer>, number>();
  readonly #references = new WeakMap<GPUBuffer, WeakRef<GPUBuffer>>();
  readonly #collected = new FinalizationRegistry<WeakRef<GPUBuffer>>((reference) => this.#forget(reference));

  add(buffer: GPUBuffer): GPUBuffer {
    const reference = new WeakRef(buffer);
    this.#live.set(reference, buffer.size);
    this.#references.set(buffer, reference);
    this.#collected.register(buffer, reference, reference);
    this.#bytes += buffer.size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return buffer;
  }

  /** Destroys the buffer; doing it twice is harmless. */
  free(buffer: GPUBuffer): void {
    const reference = this.#references.get(buffer);
    if (reference) this.#forget(reference);
    buffer.destroy();
  }

  freeAll(): void {
    for (const reference of [...this.#live.keys()]) {
      reference.deref()?.destroy();
      this.#forget(reference);
    }
  }

  report(): { bytes: number; peakBytes: number; buffers: number } {
    return { bytes: this.#bytes, peakBytes: this.#peakBytes, buffers: this.#live.size };
  }

  #forget(reference: WeakRef<GPUBuffer>): void {
    this.#bytes -= this.#live.get(reference) ?? 0;
    this.#live.delete(reference);
    this.#collected.unregister(reference);
  }
}
