import { byId, h } from '../dom.ts';
import { sighted } from '../look.ts';
import { coalesced } from '../pacing.ts';
import type { samplingOf } from '../parts.ts';
import { samplesAcross as across, type Answer } from '../protocol.ts';
import { optionsOf } from './labels.ts';
import { paintTiles } from './tiles.ts';

export interface SamplesLinks {
  ask(name: 'samples', label: number): Promise<Answer<'samples'> | undefined>;
  /** Returns the number of epochs of training. */
  epochs(): number;
}

/**
 * Samples of the same draws, now and earlier. A row is kept before training, and each time that the training is twice
 * as long as at the last row.
 */
export class Samples {
  readonly #now = byId('samples');
  readonly #earlier = byId('samples-earlier');
  readonly #inSight = sighted(this.#now.closest('section')!, () => this.refresh());
  #shape = [28, 28, 1];
  #sampling: ReturnType<typeof samplingOf>;
  /** The number of epochs at which the next row is kept. */
  #next = 0;
  readonly #label = byId<HTMLSelectElement>('samples-label');
  readonly #draw: () => void;

  constructor(private readonly links: SamplesLinks) {
    this.#draw = coalesced(async () => {
      const made = await links.ask('samples', this.label);
      if (made) this.show(made);
    });
    byId('draw-samples').addEventListener('click', () => this.#draw());
    this.#label.addEventListener('change', () => this.#draw());
  }

  /** The label of the samples, or −1 for each label in turn. */
  get label(): number {
    return Number(this.#label.value);
  }

  /** Shows the samples of a model; `classes` are those that the model receives. */
  open(shape: number[], sampling: ReturnType<typeof samplingOf>, classes: string[]): void {
    this.#shape = shape;
    this.#sampling = sampling;
    this.#next = 0;
    this.#label.replaceChildren(h('option', { value: '-1' }, 'each, a row a label'), ...optionsOf(classes));
    this.#now.replaceChildren();
    this.#earlier.replaceChildren();
  }

  /** Updates the samples after a change of the model, except those that the visitor has to request. */
  refresh(): void {
    if (this.#sampling === 'prior' && this.#inSight()) this.#draw();
  }

  show(samples: Float32Array): void {
    const epochs = this.links.epochs();
    const size = this.#shape.reduce((product, n) => product * n, 1);
    const rows = Math.ceil(samples.length / size / across);
    while (this.#now.children.length < rows) this.#now.append(h('canvas'));
    while (this.#now.children.length > rows) this.#now.lastChild!.remove();
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
    paintTiles(canvas, this.#shape, samples, across);
  }
}
