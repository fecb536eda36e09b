import { byId, h } from '../dom.ts';
import { paintTiles } from './tiles.ts';

/** Examples above their reconstructions, with the corrupted examples between them if the model has a corruption. */
export class Reconstructions {
  readonly #rows = byId('reconstructions');
  #shape = [28, 28, 1];
  #count = 0;

  open(shape: number[], originals: Float32Array, count: number, names: string): void {
    this.#shape = shape;
    this.#count = count;
    for (const row of [...this.#rows.children]) if ((row as HTMLElement).dataset.row !== 'reconstruction') row.remove();
    paintTiles(this.#row('original', `Originals: ${names}`), shape, originals, count);
  }

  show({ seen, reconstructions }: { seen?: Float32Array; reconstructions: Float32Array }): void {
    if (seen) paintTiles(this.#row('seen', 'What the model sees of them'), this.#shape, seen, this.#count);
    paintTiles(this.#row('reconstruction', 'Their reconstructions'), this.#shape, reconstructions, this.#count);
  }

  #row(name: string, label: string): HTMLCanvasElement {
    const existing = this.#rows.querySelector<HTMLCanvasElement>(`[data-row='${name}']`);
    if (existing) return existing;
    const canvas = h('canvas', { role: 'img', 'aria-label': label, 'data-row': name });
    // The reconstructions stay below the inputs.
    this.#rows.insertBefore(
      canvas,
      name === 'reconstruction' ? null : this.#rows.querySelector("[data-row='reconstruction']"),
    );
    return canvas;
  }
}
