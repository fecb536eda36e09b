import { byId, writeText } from '../dom.ts';
import type { FromJigsaw, Puzzles, ToJigsaw } from '../worker/jigsaw.ts';
import { paintTiles } from './tiles.ts';

/** The jigsaw view: puzzles, the model's answers, and the correct order. Its worker starts when it is first played. */
export class JigsawView {
  readonly #button = byId('solve');
  #worker: Worker | undefined;
  #training = false;

  constructor(
    digits: string,
    private readonly trouble: (error: Error) => void,
  ) {
    this.#button.addEventListener('click', () => {
      this.#training = !this.#training;
      if (this.#training && !this.#worker) writeText(byId('jigsaw-state'), 'Preparing …');
      this.#worker ??= this.#start();
      this.#worker.postMessage((this.#training ? { play: digits } : 'pause') satisfies ToJigsaw);
      writeText(this.#button, this.#training ? 'Pause' : 'Play');
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('../worker/jigsaw.ts', import.meta.url), { type: 'module', name: 'jigsaw' });
    worker.onmessage = ({ data }: MessageEvent<FromJigsaw>) =>
      'puzzles' in data ? this.#show(data.puzzles) : this.trouble(new Error(`The jigsaw: ${data.trouble}`));
    return worker;
  }

  #show({ epochs, accuracy, shape, tiles, answers, truths }: Puzzles): void {
    byId('puzzles').hidden = false;
    writeText(
      byId('jigsaw-state'),
      `${epochs.toFixed(1)} epochs: ${(100 * accuracy).toFixed(1)} % of 500 held-out puzzles solved; guessing solves 3.3 %.`,
    );
    const [side, height, width] = shape;
    const cells = side * side;
    const unsorted = truths.map(() => Uint8Array.from({ length: cells }, (_, slot) => slot));
    const wrong = answers.map((answer, i) => answer.join() !== truths[i].join());
    const draw = (id: string, orders: Uint8Array[], light: (puzzle: number) => number) => {
      const size = cells * height * width;
      const pictures = orders.flatMap((order, i) => [
        ...laidOut(tiles.subarray(i * size, (i + 1) * size), shape, order, light(i)),
      ]);
      const sides = [side * (height + 1) - 1, side * (width + 1) - 1, 1];
      paintTiles(byId<HTMLCanvasElement>(id), sides, Float32Array.from(pictures), orders.length);
    };
    draw('puzzle', unsorted, () => 1);
    draw('solution', answers, (i) => (wrong[i] ? 0.35 : 1));
    draw('truth', truths, () => 1);
  }
}

/** Returns an image of tiles with grey lines between them; the tile of slot t is in cell order[t]. */
function laidOut(
  tiles: Float32Array,
  [side, height, width]: Puzzles['shape'],
  order: Uint8Array,
  light: number,
): Float32Array {
  const across = side * (width + 1) - 1;
  const picture = new Float32Array((side * (height + 1) - 1) * across).fill(0.35);
  order.forEach((cell, slot) => {
    const [top, left] = [Math.floor(cell / side) * (height + 1), (cell % side) * (width + 1)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        // The tiles are normalised to mean 0 and variance 1.
        const value = (tiles[(slot * height + y) * width + x] + 0.8) / 3;
        picture[(top + y) * across + left + x] = light * Math.min(1, Math.max(0, value));
      }
    }
  });
  return picture;
}
