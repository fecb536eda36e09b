import { byId, h } from '../dom.ts';
import { paintTiles, type TileKind } from './tiles.ts';

const across = 10;

/**
 * What a GAN makes of the same codes, now and earlier: a row of the first ones is kept untrained, and whenever the training has become twice as long as
 * at the last one.
 */
export class Samples {
  readonly #now = byId('samples');
  readonly #earlier = byId('samples-earlier');
  #tile: TileKind = { kind: 'image', shape: [28, 28, 1] };
  /** epochs until the next row is kept */
  #next = 0;

  open(tile: TileKind): void {
    this.#tile = tile;
    this.#next = 0;
    this.#now.replaceChildren();
    this.#earlier.replaceChildren();
  }

  show(samples: Float32Array, epochs: number): void {
    const size = this.#tile.shape.reduce((product, n) => product * n, 1);
    const rows = samples.length / size / across;
    while (this.#now.children.length < rows) this.#now.append(h('canvas'));
    for (const [row, canvas] of [...this.#now.children].entries())
      this.#paint(canvas as HTMLCanvasElement, samples.subarray(row * across * size, (row + 1) * across * size));
    if (epochs < this.#next) return;
    this.#next = Math.max(1, 2 * epochs);
    const when = epochs ? `after ${epochs.toFixed(epochs < 10 ? 1 : 0)} epochs` : 'untrained';
    const canvas = h('canvas', { role: 'img', 'aria-label': `Samples ${when}` });
    this.#earlier.append(h('p', {}, when), canvas);
    this.#paint(canvas, samples.subarray(0, across * size));
  }

  #paint(canvas: HTMLCanvasElement, samples: Float32Array): void {
    paintTiles(canvas, this.#tile, samples, across);
  }
}
