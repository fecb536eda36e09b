import { byId, h } from '../dom.ts';
import { paintTiles, type TileKind } from './tiles.ts';

/** Examples above their reconstructions, with the corrupted examples between them if the model has a corruption. */
export class Reconstructions {
  readonly #rows = byId('reconstructions');
  #tile: TileKind = { kind: 'image', shape: [28, 28, 1] };
  #originals: Float32Array = new Float32Array();
  #count = 0;

  open(tile: TileKind, originals: Float32Array, count: number, names: string): void {
    this.#tile = tile;
    this.#originals = originals;
    this.#count = count;
    const images = tile.kind === 'image';
    for (const row of [...this.#rows.children])
      if (!images || (row as HTMLElement).dataset.row !== 'reconstruction') row.remove();
    if (images) paintTiles(this.#row('original', `Originals: ${names}`), tile, originals, count);
  }

  show({ seen, reconstructions }: { seen?: Float32Array; reconstructions: Float32Array }): void {
    const { kind } = this.#tile;
    if (kind === 'table') {
      paintTiles(
        this.#row('bars', 'Rows as grey bars, a bar for each column, and their reconstructions as marks'),
        this.#tile,
        this.#originals,
        this.#count,
        reconstructions,
      );
      return;
    }
    if (seen) paintTiles(this.#row('seen', 'What the model sees of them'), this.#tile, seen, this.#count);
    paintTiles(this.#row('reconstruction', 'Their reconstructions'), this.#tile, reconstructions, this.#count);
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
