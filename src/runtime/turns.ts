/** Runs tasks one after the other, in the order of their requests. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => T | Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {}); // The caller sees the failure. The next in line only waits for the end.
    return mine;
  }
}
