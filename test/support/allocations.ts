/** The kinds of memory that a file's contents can ask for in one go, without as many objects. */
const kinds = ['ArrayBuffer', 'Uint8Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'] as const;

/**
 * Counts what code asks for in array buffers: `new Uint8Array(8)`, `Float32Array.from(…)`, `bytes.slice()`, `new ArrayBuffer(8)`, but no views of
 * what is there.
 *
 * It does not see JavaScript's objects and texts (no engine tells) and what the platform needs for itself.
 */
export class Allocations {
  bytes = 0;
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
  }

  /** Begins anew. */
  reset(): void {
    this.bytes = 0;
  }

  restore(): void {
    for (const restore of this.#restore.splice(0)) restore();
  }
}
