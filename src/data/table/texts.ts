/** Stores each different text of a column once, as bytes, and numbers them in order of appearance. */
import { OutOfMemoryError } from '../../errors.ts';

/**
 * The initial value of the hash of a text (FNV-1a, Fowler, Noll & Vo 1991). Code that scans the bytes anyway hashes
 * them on the way. Hashes are signed, because they are compared with the elements of an Int32Array.
 */
export const hashSeed = 0x811c9dc5 | 0;
export const hashPrime = 16777619;

export function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = hashSeed;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], hashPrime);
  return hash;
}

/** The largest number of bytes, as offsets have 32 bits and engines refuse larger arrays. */
const mostBytes = 2 ** 31 - 1;

// Shared by all columns without texts. They are never written, as the first text allocates new arrays.
const noBytes = new Uint8Array(0);
const noEnds = new Uint32Array(0);
const noHashes = new Int32Array(0);
const noSlots = new Int32Array(1);

export class Texts {
  length = 0;
  #bytes = noBytes;
  #used = 0;
  /** The end of each text, where the next begins. */
  #ends = noEnds;
  #hashes = noHashes;
  /** A hash table with open addressing. A slot holds a text's number plus 1, or 0 if empty. */
  #slots = noSlots;

  /**
   * Returns the number of a text, and adds a new text at the end. `hash` is the result of `hashOf`.
   * @throws OutOfMemoryError
   */
  number(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1;
    const size = to - from;
    // The low bits of the product depend only on the low bits of the last byte.
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] - 1;
      if (found < 0) return this.#add(bytes, from, to, hash, slot);
      if (this.#hashes[found] !== hash) continue;
      const start = found ? this.#ends[found - 1] : 0;
      if (this.#ends[found] - start !== size) continue;
      let at = 0;
      while (at < size && this.#bytes[start + at] === bytes[from + at]) at++;
      if (at === size) return found;
    }
  }

  /** Returns a view of a text's bytes, valid until the next text is added. */
  bytesOf(number: number): Uint8Array {
    return this.#bytes.subarray(number ? this.#ends[number - 1] : 0, this.#ends[number]);
  }

  #add(bytes: Uint8Array, from: number, to: number, hash: number, slot: number): number {
    const end = this.#used + to - from;
    if (end > this.#bytes.length) this.#bytes = enlarged(this.#bytes, new Uint8Array(roomFor(end)));
    if (to - from < 32) for (let at = from, put = this.#used; at < to; at++) this.#bytes[put++] = bytes[at];
    else this.#bytes.set(bytes.subarray(from, to), this.#used);
    const number = this.length++;
    if (number === this.#ends.length) {
      this.#ends = enlarged(this.#ends, new Uint32Array(Math.max(8, 2 * number)));
      this.#hashes = enlarged(this.#hashes, new Int32Array(Math.max(8, 2 * number)));
    }
    this.#ends[number] = this.#used = end;
    this.#hashes[number] = hash;
    if (2 * this.length > this.#slots.length) this.#widen();
    else this.#slots[slot] = number + 1;
    return number;
  }

  #widen(): void {
    const slots = new Int32Array(Math.max(16, 2 * this.#slots.length));
    const mask = slots.length - 1;
    for (let number = 0; number < this.length; number++) {
      const hash = this.#hashes[number];
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot]) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

function enlarged<A extends Uint8Array | Uint32Array | Int32Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}

function roomFor(end: number): number {
  if (end > mostBytes)
    throw new OutOfMemoryError(
      'readTable: the different texts of one column are more than an array can hold; leave it out with `columns`',
    );
  return Math.min(mostBytes, Math.max(64, 2 * end));
}
