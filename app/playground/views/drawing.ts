import { byId, figure, h, writeText } from '../dom.ts';
import { coalesced } from '../pacing.ts';
import type { Encoded, Examples } from '../protocol.ts';
import { clearTiles, paintTiles } from './tiles.ts';

export interface DrawingLinks {
  encode(values: Float32Array): Promise<Encoded | undefined>;
  /** Returns one of the held-out examples with its name. */
  example(): Promise<{ name: string; values: Float32Array; label?: number } | undefined>;
  /** Sets the label of a conditional model. */
  tell(label: number): void;
  /** Returns the names of examples. */
  names(examples: number[]): string;
  mark(encoded: Encoded | undefined): void;
  /** Called with the drawings that the visitor wants a model of. */
  own(examples: Examples): void;
}

/** The fewest drawings that a model can be trained on. */
const fewest = 3;

/**
 * The canvas on which a visitor draws. At each stroke the model shows the drawing's place on the map, its
 * reconstruction, and its neighbours.
 */
export class Drawing {
  readonly #canvas = byId<HTMLCanvasElement>('drawing');
  #shape = [28, 28, 1];
  #values: Float32Array = new Float32Array(784);
  #empty = true;
  /** The name of the loaded example, until something is drawn into it. */
  #name: string | undefined;
  #last: [number, number] | undefined;
  /** The drawings that the visitor has kept, as bytes. */
  #kept: Uint8Array[] = [];
  readonly #encode: () => void;

  constructor(private readonly links: DrawingLinks) {
    this.#encode = coalesced(() => this.#ask());
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#stroke(event);
    });
    canvas.addEventListener('pointermove', (event) => canvas.hasPointerCapture(event.pointerId) && this.#stroke(event));
    canvas.addEventListener('pointerup', () => (this.#last = undefined));
    byId('clear').addEventListener('click', () => this.#clear());
    byId('example').addEventListener('click', () => void this.#takeExample());
    byId('keep').addEventListener('click', () => this.#keep());
    byId('train-drawings').addEventListener('click', () => this.#train());
    this.#clear();
  }

  open(shape: number[]): void {
    this.#shape = shape;
    this.#values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    // Drawings of different sizes cannot be one data set.
    if (this.#kept[0]?.length !== this.#values.length) this.#kept = [];
    this.#countKept();
    this.#clear();
  }

  /** Updates the answer after a change of the model. */
  refresh(): void {
    if (!this.#empty) this.#encode();
  }

  /** Draws with a soft pen about two pixels wide, similar to the training digits. */
  #stroke(event: PointerEvent): void {
    const [height, width] = this.#shape;
    const box = this.#canvas.getBoundingClientRect();
    const to: [number, number] = [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
    const from = this.#last ?? to;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    for (let i = 0; i <= Math.ceil(2 * length); i++) {
      const share = length ? i / Math.ceil(2 * length) : 0;
      this.#dot(from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]));
    }
    this.#last = to;
    this.#name = undefined;
    this.#changed();
  }

  #dot(x: number, y: number): void {
    const [height, width, channels] = this.#shape;
    const radius = width / 22;
    for (let row = Math.max(0, Math.floor(y - 3)); row < Math.min(height, y + 3); row++) {
      for (let column = Math.max(0, Math.floor(x - 3)); column < Math.min(width, x + 3); column++) {
        const ink = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y)));
        for (let channel = 0; channel < channels; channel++) {
          const at = (row * width + column) * channels + channel;
          this.#values[at] = Math.max(this.#values[at], ink);
        }
      }
    }
  }

  async #takeExample(): Promise<void> {
    const example = await this.links.example();
    if (!example) return;
    this.#values = example.values;
    this.#name = example.name;
    if (example.label !== undefined) this.links.tell(example.label);
    this.#changed();
  }

  #keep(): void {
    if (this.#empty) return;
    this.#kept.push(Uint8Array.from(this.#values, (value) => Math.round(255 * value)));
    this.#countKept();
    this.#clear();
  }

  #countKept(): void {
    const count = this.#kept.length;
    writeText(byId('train-drawings'), `Train on my drawings${count ? ` (${count})` : ''}`);
    byId<HTMLButtonElement>('train-drawings').disabled = count < fewest;
  }

  #train(): void {
    const values = new Uint8Array(this.#kept.length * this.#values.length);
    this.#kept.forEach((drawing, i) => values.set(drawing, i * drawing.length));
    const names = this.#kept.map((_, i) => `drawing ${i + 1}`);
    this.links.own({ name: 'your drawings', shape: this.#shape, values, names });
  }

  #changed(): void {
    this.#empty = false;
    paintTiles(this.#canvas, this.#shape, this.#values, 1);
    this.#encode();
  }

  #clear(): void {
    this.#values.fill(0);
    this.#empty = true;
    this.#last = this.#name = undefined;
    clearTiles(byId<HTMLCanvasElement>('drawn'));
    clearTiles(byId<HTMLCanvasElement>('drawn-labels'));
    paintTiles(this.#canvas, this.#shape, this.#values, 1);
    byId('neighbors').replaceChildren();
    writeText(byId('drawn-state'), 'Draw with the mouse or a finger, or take an example.');
    this.links.mark(undefined);
  }

  async #ask(): Promise<void> {
    const encoded = await this.links.encode(this.#values.slice());
    if (!encoded || this.#empty) return;
    this.links.mark(encoded);
    paintTiles(byId<HTMLCanvasElement>('drawn'), this.#shape, encoded.reconstruction, 1);
    const around = encoded.ellipse ? '; the ellipse is one standard deviation of it' : '';
    writeText(
      byId('drawn-state'),
      `${this.#name ? `${this.#name}: ` : ''}At ${figure(encoded.x)}, ${figure(encoded.y)} on the map (ring)${around}. Error ${figure(encoded.error)}.`,
    );
    const { byLabel } = encoded;
    if (byLabel)
      paintTiles(byId<HTMLCanvasElement>('drawn-labels'), this.#shape, byLabel, byLabel.length / this.#values.length);
    this.#showNeighbors(encoded);
  }

  #showNeighbors({ neighbors: { rows, values } }: Encoded): void {
    const place = byId('neighbors');
    let canvas = place.querySelector('canvas');
    if (!canvas) {
      canvas = h('canvas', { role: 'img', 'aria-label': 'The examples with the nearest codes' });
      place.replaceChildren(h('p'), canvas);
    }
    writeText(place.querySelector('p')!, `The examples with the nearest codes: ${this.links.names(rows)}.`);
    paintTiles(canvas, this.#shape, values, rows.length);
  }
}
