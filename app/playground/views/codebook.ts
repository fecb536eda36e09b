import { byId, h, writeText } from '../dom.ts';
import { sighted } from '../look.ts';
import { coalesced } from '../pacing.ts';
import type { Answer, CodebookLook, Opened } from '../protocol.ts';
import { namesOfShown } from '../words.ts';
import { paintTiles } from './tiles.ts';

export interface CodebookLinks {
  ask(name: 'codebook'): Promise<Answer<'codebook'> | undefined>;
}

/** The codebook of a quantised code: the image and the frequency of each entry, and the entries of one example. */
export class CodebookView {
  readonly #list = byId('entries');
  readonly #example = byId<HTMLSelectElement>('index-example');
  readonly #places = byId<HTMLTableElement>('index-map');
  readonly #inSight = sighted(byId('codebook'), () => this.refresh());
  #shape = [28, 28, 1];
  #reconstructions: Float32Array = new Float32Array();
  #seen: CodebookLook | undefined;
  #here = false;
  readonly #look: () => void;

  constructor(links: CodebookLinks) {
    this.#look = coalesced(async () => {
      const seen = await links.ask('codebook');
      if (!seen || !this.#here) return;
      this.#seen = seen;
      this.#show();
    });
    this.#example.addEventListener('change', () => this.#showExample());
    // The entry is marked both in the list of all entries and in the example.
    for (const part of [this.#list, this.#places])
      part.addEventListener('pointerover', ({ target }) => this.#point(target as HTMLElement));
    byId('codebook').addEventListener('pointerleave', () => this.#point(undefined));
  }

  /** Shows the codebook of a model; `here` tells whether the model has one. */
  open(here: boolean, opened: Opened): void {
    this.#here = here;
    this.#shape = opened.data.shape;
    this.#seen = undefined;
    this.#list.replaceChildren();
    this.#places.replaceChildren();
    this.#example.replaceChildren(...namesOfShown(opened).map((name, i) => h('option', { value: `${i}` }, name)));
  }

  /** Updates the entries after a change of the model. */
  refresh(reconstructions = this.#reconstructions): void {
    this.#reconstructions = reconstructions;
    if (this.#here && this.#inSight()) this.#look();
  }

  #show(): void {
    const { uses, pictures } = this.#seen!;
    const size = pictures.length / uses.length;
    const [all, most] = [uses.reduce((sum, count) => sum + count, 0), uses.reduce((a, b) => Math.max(a, b), 1)];
    while (this.#list.children.length < uses.length) this.#list.append(entryOf(this.#list.children.length));
    for (const [entry, item] of [...this.#list.children].entries()) {
      paintTiles(item.querySelector('canvas')!, this.#shape, pictures.subarray(entry * size, (entry + 1) * size), 1);
      const share = `${((100 * uses[entry]) / all).toFixed(1)} %`;
      (item as HTMLElement).title = `entry ${entry}: ${share} of all places`;
      writeText(item.querySelector('.unseen')!, `, ${share}`);
      item.querySelector('i')!.style.width = `${(100 * uses[entry]) / most}%`;
      item.classList.toggle('unused', !uses[entry]);
    }
    const used = uses.filter(Boolean).length;
    const perplexity = Math.exp(-uses.reduce((sum, n) => (n ? sum + (n / all) * Math.log(n / all) : sum), 0));
    writeText(
      byId('codebook-caption'),
      `Examples held out take ${used} of the ${uses.length} entries, with a perplexity of ${perplexity.toFixed(1)}. The bar below an entry is how often it is taken.`,
    );
    this.#showExample();
  }

  /** Shows the reconstruction of the example, with the number of the entry at each place. */
  #showExample(): void {
    if (!this.#seen) return;
    const { places, shown, uses } = this.#seen;
    const [rows, columns] = [places[0] ?? 1, places[1] ?? 1];
    const example = Number(this.#example.value);
    const taken = [...shown.subarray(example * rows * columns, (example + 1) * rows * columns)];
    const size = this.#reconstructions.length / (shown.length / (rows * columns));
    const values = this.#reconstructions.subarray(example * size, (example + 1) * size);
    paintTiles(byId<HTMLCanvasElement>('index-picture'), this.#shape, values, 1);
    const cell = (entry: number) => h('td', { 'data-entry': entry }, `${entry}`);
    this.#places.replaceChildren(
      ...Array.from({ length: rows }, (_, row) =>
        h('tr', {}, ...taken.slice(row * columns, (row + 1) * columns).map(cell)),
      ),
    );
    const own = new Set(taken);
    for (const item of this.#list.children)
      item.classList.toggle('taken', own.has(Number((item as HTMLElement).dataset.entry)));
    const bits = Math.ceil(Math.log2(uses.length)) * taken.length;
    writeText(
      byId('index-caption'),
      `${own.size} entries, framed on the left, at ${taken.length === 1 ? 'one place' : `${taken.length} places`}: ${bits} bits are all that is left of it.`,
    );
  }

  #point(at: HTMLElement | undefined): void {
    const entry = at?.closest<HTMLElement>('[data-entry]')?.dataset.entry;
    for (const each of byId('codebook').querySelectorAll<HTMLElement>('[data-entry]'))
      each.classList.toggle('same', each.dataset.entry === entry);
  }
}

const entryOf = (entry: number): HTMLLIElement =>
  h(
    'li',
    { 'data-entry': entry },
    h('canvas'),
    h('span', { className: 'bar-of' }, h('i')),
    `${entry}`,
    h('span', { className: 'unseen' }),
  );
