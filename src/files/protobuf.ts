/** A message of Protocol Buffers under construction: fields by number, in the order in which they are added. */
export class Message {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** Adds a whole number of at least 0. */
  int(field: number, value: number): this {
    return this.#key(field, 0).#varint(value);
  }

  float(field: number, value: number): this {
    return this.#key(field, 5).#push(new Uint8Array(Float32Array.of(value).buffer));
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#key(field, 2).#varint(value.length).#push(value);
  }

  message(field: number, value: Message): this {
    this.#key(field, 2).#varint(value.#length);
    for (const chunk of value.#chunks) this.#push(chunk);
    return this;
  }

  /** Adds one field for each value. */
  each<T>(values: readonly T[], put: (message: this, value: T) => unknown): this {
    for (const value of values) put(this, value);
    return this;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  #key(field: number, wireType: number): this {
    return this.#varint(field * 8 + wireType);
  }

  /**
   * Writes a number in groups of seven bits, the lowest first; the eighth bit of a byte says that more follow. It
   * divides, since bit shifts are limited to 32 bits.
   */
  #varint(value: number): this {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    return this.#push(Uint8Array.of(...bytes, rest));
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }
}
