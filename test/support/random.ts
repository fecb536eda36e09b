import { uniforms } from '../../src/runtime/random.ts';

/** Test data from a seed: the same in every run, so that a failure can be looked at again. */
export class Draw {
  #which = 0;
  constructor(private readonly seed: number) {}

  /** Uniform values. */
  floats(count: number, low = -1, high = 1): Float32Array {
    return uniforms(count, this.seed, 99, this.#which++).map((u) => low + u * (high - low));
  }

  /** Values away from zero, where activations have kinks and finite differences mislead. */
  offZero(count: number, least = 0.1, most = 1): Float32Array {
    const signs = this.floats(count);
    return this.floats(count, least, most).map((v, i) => (signs[i] < 0 ? -v : v));
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.floats(1, 0, 1)[0] * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)];
  }
}
