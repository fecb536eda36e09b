import { signedColors } from '../../pictures/signed.ts';
import { byId, figure, h, writeText } from '../dom.ts';
import { onTheme, sighted, theme } from '../look.ts';
import { coalesced } from '../pacing.ts';
import type { Answer, Ask, DictionaryLook, LatentLook, Opened } from '../protocol.ts';
import { paintTiles } from './tiles.ts';

export interface DictionaryLinks {
  ask(name: 'dictionary', ask: Ask<'dictionary'>): Promise<Answer<'dictionary'> | undefined>;
}

const perPage = 8;

/**
 * The latents of a sparse code, page by page: the values that each adds to an example, and the examples in which it is
 * largest.
 */
export class DictionaryView {
  readonly #list = byId('latents');
  readonly #inSight = sighted(byId('dictionary'), () => this.refresh());
  #shape = [28, 28, 1];
  #set: Opened['data'] | undefined;
  #seen: DictionaryLook | undefined;
  #from = 0;
  readonly #look: () => void;

  constructor(links: DictionaryLinks) {
    this.#look = coalesced(async () => {
      const [set, from] = [this.#set, this.#from];
      const seen = await links.ask('dictionary', { from, count: perPage });
      if (!seen || !set || set !== this.#set || from !== this.#from) return;
      this.#seen = seen;
      this.#show(seen, set);
    });
    byId('latents-before').addEventListener('click', () => this.#turn(-perPage));
    byId('latents-after').addEventListener('click', () => this.#turn(perPage));
    onTheme(() => this.#seen && this.#set && this.#show(this.#seen, this.#set));
  }

  /** Shows the dictionary of a model; `here` tells whether the model has one. */
  open(here: boolean, { data }: Opened): void {
    this.#shape = data.shape;
    this.#set = here ? data : undefined;
    this.#seen = undefined;
    this.#from = 0;
    this.#list.replaceChildren();
  }

  /** Updates the latents after a change of the model. */
  refresh(): void {
    if (this.#set && this.#inSight()) this.#look();
  }

  #turn(by: number): void {
    this.#from = Math.max(0, this.#from + by);
    this.#look();
  }

  #show(seen: DictionaryLook, set: Opened['data']): void {
    const { latents, examples, dead, page } = seen;
    writeText(
      byId('latents-shown'),
      `${this.#from + 1} to ${this.#from + page.length} of ${latents.toLocaleString('en')}, the most frequent first`,
    );
    byId<HTMLButtonElement>('latents-before').disabled = this.#from === 0;
    byId<HTMLButtonElement>('latents-after').disabled = this.#from + perPage >= latents;
    writeText(
      byId('dictionary-caption'),
      dead
        ? `${dead.toLocaleString('en')} of the ${latents.toLocaleString('en')} latents are dead just now: none of the ${examples.toLocaleString('en')} examples has them. Training calls a latent dead only after ${(100 * latents).toLocaleString('en')} examples without it.`
        : `None of the ${latents.toLocaleString('en')} latents is dead: each is one of some example’s.`,
    );
    this.#list.replaceChildren(...page.map((latent) => this.#item(latent, examples, set)));
    for (const [i, item] of [...this.#list.children].entries()) this.#paint(item, page[i]);
  }

  #item({ latent, uses, rows, activations }: LatentLook, examples: number, { names }: Opened['data']): HTMLLIElement {
    const share = `${((100 * uses) / examples).toFixed(1)} %`;
    const about = `What latent ${latent} adds to an example`;
    return h(
      'li',
      {},
      h(
        'figure',
        {},
        h('canvas', { role: 'img', 'aria-label': about }),
        h('figcaption', {}, h('b', {}, `${latent}`), ` ${share}`),
      ),
      ...rows.map((row, i) =>
        h(
          'figure',
          { title: names[row] },
          h('canvas', { role: 'img', 'aria-label': names[row] }),
          h('figcaption', {}, figure(activations[i])),
        ),
      ),
      ...(rows.length ? [] : [h('p', {}, 'dead')]),
    );
  }

  #paint(item: Element, { direction, values, rows }: LatentLook): void {
    const [own, ...others] = item.querySelectorAll('canvas');
    const [height, width, channels] = this.#shape;
    const most = direction.reduce((max, value) => Math.max(max, Math.abs(value)), 0) || 1;
    if (channels === 1) {
      const color = signedColors(direction, theme());
      const picture = Float32Array.from(
        { length: 3 * direction.length },
        (_, i) => color(Math.floor(i / 3), i % 3) / 255,
      );
      paintTiles(own, [height, width, 3], picture, 1);
    } else
      paintTiles(
        own,
        this.#shape,
        direction.map((value) => 0.5 + value / most / 2),
        1,
      );
    const size = values.length / rows.length;
    others.forEach((canvas, i) => paintTiles(canvas, this.#shape, values.subarray(i * size, (i + 1) * size), 1));
  }
}
