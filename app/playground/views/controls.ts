import { byId, figure, readPower, writeText } from '../dom.ts';
import type { Progress } from '../protocol.ts';

export interface Commands {
  play(): void;
  pause(): void;
  step(): void;
  again(): void;
  slow(slow: boolean): void;
  rate(rate: number): void;
}

/** The bar with play, step, start over, the learning rate, and the progress. */
export class Controls {
  readonly #play = byId<HTMLButtonElement>('play');
  readonly #rate = byId<HTMLInputElement>('rate');
  #training = false;

  constructor(commands: Commands) {
    this.#play.addEventListener('click', () => (this.#training ? commands.pause() : commands.play()));
    byId('step').addEventListener('click', commands.step);
    byId('again').addEventListener('click', commands.again);
    byId<HTMLInputElement>('slow').addEventListener('change', ({ target }) =>
      commands.slow((target as HTMLInputElement).checked),
    );
    this.#rate.addEventListener('input', () => this.#writeRate(readPower(this.#rate)));
    this.#rate.addEventListener('change', () => commands.rate(readPower(this.#rate)));
    document.addEventListener('keydown', (event) => {
      // The space bar belongs to the focused element, if there is one.
      if (event.key !== ' ' || event.target !== document.body || !this.#play.checkVisibility()) return;
      event.preventDefault();
      this.#play.click();
    });
  }

  /** Disables the bar until there is a model or a recording. */
  set enabled(enabled: boolean) {
    for (const id of ['play', 'step', 'again']) byId<HTMLButtonElement>(id).disabled = !enabled;
  }

  /** Shows the exact rate, even if the slider has no such position. */
  set rate(rate: number) {
    this.#rate.value = `${Math.log10(rate)}`;
    this.#writeRate(rate);
  }

  set slow(slow: boolean) {
    byId<HTMLInputElement>('slow').checked = slow;
  }

  set state(text: string) {
    writeText(byId('state'), text);
  }

  show({ training, epochs, steps, imagesPerSecond }: Progress): void {
    this.#training = training;
    writeText(this.#play, training ? 'Pause' : 'Play');
    writeText(byId('epochs'), epochs.toFixed(epochs < 10 ? 2 : 1));
    writeText(byId('steps'), steps.toLocaleString('en'));
    writeText(byId('images-per-second'), training ? figure(Math.round(imagesPerSecond)) : '–');
  }

  #writeRate(rate: number): void {
    const text = String(rate);
    writeText(byId('rate-value'), text);
    this.#rate.setAttribute('aria-valuetext', text);
  }
}
