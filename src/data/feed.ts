import { OptionError } from '../errors.ts';
import { allocate } from '../platform.ts';
import { inSpells } from '../runtime/pace.ts';
import { boundRange, emptyTensor, type Tensor } from '../runtime/tensor.ts';
import type { Dataset } from './dataset.ts';
import { stretchBytes } from './upload.ts';

/**
 * Streams a data set larger than the device through a ring of two halves, in the order in which examples are needed.
 * While steps use one half, the next examples are written to the other. The queue keeps the order: a write waits for
 * the steps submitted before, and later steps wait for it.
 */
export class Feed {
  /** The example at position p of a pass is row p mod `window`. */
  readonly data: Tensor;
  readonly targets: Tensor | undefined;
  readonly weights: Tensor | undefined;
  readonly window: number;
  /** The half of the pass in each half of the window. */
  #holds: (number | undefined)[] = [];
  #order: Uint32Array | undefined;
  /** The number of examples written before the clock is checked, a multiple of four. */
  readonly #atOnce: number;
  /** A buffer for the examples to write. It can be reused immediately, because the queue copies it. */
  readonly #rows: Uint8Array | Float32Array;

  private constructor(
    private readonly set: Dataset,
    private readonly source: Uint8Array | Float32Array,
    private readonly half: number,
  ) {
    const { gpu, features, storage } = set;
    this.window = 2 * half;
    this.#atOnce = Math.min(half, 4 * Math.ceil(stretchBytes / 4 / features / source.BYTES_PER_ELEMENT));
    const kind = storage.bytes ? Uint8Array : Float32Array<ArrayBuffer>;
    this.#rows = allocate<Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
      'dataset',
      kind,
      this.#atOnce * features,
      'give smaller deviceBytes',
    );
    const values = this.window * features;
    this.data = emptyTensor(gpu, [storage.bytes ? values / 4 : values], storage.bytes ? 'u32' : 'f32', 'window');
    try {
      this.targets = storage.hostTargets && emptyTensor(gpu, [this.window], 'f32', 'targets');
      this.weights = storage.weights && emptyTensor(gpu, [this.window], 'f32', 'weights of the examples');
    } catch (error) {
      this.targets?.dispose();
      this.data.dispose();
      throw error;
    }
  }

  /** Opens a feed for a data set that needs one. @throws OptionError for a batch larger than half of the window */
  static open(where: string, set: Dataset, batch: number): Feed | undefined {
    const { streamed } = set.storage;
    if (!streamed) return undefined;
    if (batch > streamed.half)
      throw new OptionError(
        `${where}: a batch of ${batch} is more than the ${streamed.half} examples that a data set with these deviceBytes loads at a time`,
      );
    return new Feed(set, streamed.data, streamed.half);
  }

  /** Begins a pass over the examples, in this order of the data set's rows, or in sequence. */
  begin(order?: Uint32Array): void {
    this.#order = order;
    this.#holds = [];
  }

  /**
   * Returns how many steps from a position on can be submitted now, and writes what they need. All earlier steps have
   * been submitted.
   */
  async stepsFrom(position: number, batch: number): Promise<number> {
    const at = Math.floor(position / this.half);
    // The last step may extend into the next half.
    for (const half of [at, at + 1]) {
      if (this.#holds[half % 2] !== half) await this.#put(half);
      this.#holds[half % 2] = half;
    }
    return Math.ceil(((at + 1) * this.half - position) / batch);
  }

  dispose(): void {
    this.data.dispose();
    this.targets?.dispose();
    this.weights?.dispose();
  }

  async #put(half: number): Promise<void> {
    const { gpu, features, step, length, storage } = this.set;
    const { queue } = gpu.device;
    const start = half * this.half;
    const end = Math.min(start + this.half, length);
    for await (const done of inSpells(end - start, this.#atOnce)) {
      const first = start + done;
      const rows = Array.from(
        { length: Math.min(this.#atOnce, end - first) },
        (_, i) => this.#order?.[first + i] ?? first + i,
      );
      rows.forEach((row, i) => this.#rows.set(this.source.subarray(row * step, row * step + features), i * features));
      const at = first % this.window;
      // In groups of four, because bytes are written in whole words. Old values may follow the last example.
      queue.writeBuffer(
        boundRange(this.data).buffer,
        at * features * this.#rows.BYTES_PER_ELEMENT,
        this.#rows as Float32Array<ArrayBuffer>,
        0,
        Math.min(4 * Math.ceil(rows.length / 4), this.#atOnce) * features,
      );
      const { hostTargets, weights } = storage;
      const put = (tensor: Tensor, values: Float32Array) => {
        const own = Float32Array.from(rows, (row) => values[row]);
        queue.writeBuffer(boundRange(tensor).buffer, 4 * at, own);
      };
      if (this.targets) put(this.targets, hostTargets!);
      if (this.weights) put(this.weights, weights!.values);
    }
  }
}
