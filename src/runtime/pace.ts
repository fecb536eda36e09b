/** For so long the host computes before it lets the page go on: less than a frame. */
const spellMs = 12;

/** Long work of the host, in spells between which a page answers. */
export class Pace {
  #since = performance.now();

  /** Whether it is time to `rest`. */
  get due(): boolean {
    return performance.now() - this.#since >= spellMs;
  }

  /** Lets everything go on that has been waiting. */
  async rest(): Promise<void> {
    // Not by a timer: in a tab that nobody sees it waits for a second, later for a minute.
    const { port1, port2 } = new MessageChannel();
    await new Promise<void>((resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(0);
    });
    port1.close();
    this.#since = performance.now();
  }
}
