/**
 * The time for which the host computes before it yields to the page: less than half a frame, with the work before it
 * looks at the clock.
 */
const spellMs = 4;

/** Divides long work of the host into spells between which a page responds. */
export class Pace {
  #since = performance.now();

  /** Whether it is time to `rest`. */
  get due(): boolean {
    return performance.now() - this.#since >= spellMs;
  }

  /** Lets all waiting tasks run. */
  rest(): Promise<void> {
    return new Promise((resolve) => {
      // Not a timer: in a hidden tab, it waits for a second, and later for a minute.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        this.#since = performance.now();
        resolve();
      };
      port2.postMessage(0);
    });
  }
}

/** The numbers 0, `step`, 2 `step` … below `end`, with a pause before the next one if it is due. */
export async function* inSpells(end: number, step = 1): AsyncGenerator<number> {
  const pace = new Pace();
  for (let at = 0; at < end; at += step) {
    if (pace.due) await pace.rest();
    yield at;
  }
}
