/** The kinds of memory that a file's contents can ask for in one go, without as many objects. */
const kinds = ['ArrayBuffer', 'Uint8Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'] as const;

/**
 * Counts what code asks for in array buffers: `new Uint8Array(8)`, `Float32Array.from(…)`, `bytes.slice()`, `new ArrayBuffer(8)`, but no views of
 * what is there. And what it is handed by streams, which the platform has made: what comes out of an inflater.
 *
 * It does not see JavaScript's objects and texts (no engine tells) and what the platform needs for itself, such as an inflater's window.
 */
export class Allocations {
  bytes = 0;
  /** What readers of streams were handed, */
  streamed = 0;
  /** and the first of it. */
  first: Uint8Array | undefined;
  readonly #restore: (() => void)[] = [];

  constructor() {
    const global = globalThis as unknown as Record<
      string,
      { new (...args: unknown[]): { byteLength: number }; prototype: { constructor: unknown } }
    >;
    for (const kind of kinds) {
      const plain = global[kind];
      const counting = new Proxy(plain, {
        construct: (target, args, newTarget) => {
          const made = Reflect.construct(target, args, newTarget) as { byteLength: number };
          if (!(args[0] instanceof ArrayBuffer)) this.bytes += made.byteLength;
          return made;
        },
      });
      global[kind] = counting;
      // What an array makes of itself, by slice and the like, it makes with its constructor.
      plain.prototype.constructor = counting;
      this.#restore.push(() => {
        global[kind] = plain;
        plain.prototype.constructor = plain;
      });
    }
    const reader = ReadableStreamDefaultReader.prototype;
    const { read } = reader;
    const count = (value: unknown) => {
      if (!(value instanceof Uint8Array)) return;
      this.first ??= value;
      this.streamed += value.length;
    };
    reader.read = async function (this: ReadableStreamDefaultReader) {
      const step = await read.call(this);
      count(step.value);
      return step;
    };
    this.#restore.push(() => (reader.read = read));
  }

  /** Begins anew. */
  reset(): void {
    this.bytes = 0;
    this.streamed = 0;
    this.first = undefined;
  }

  restore(): void {
    for (const restore of this.#restore.splice(0)) restore();
  }
}
