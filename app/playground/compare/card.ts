/** The card of a further model: its map and its reconstructions. */
import { figure, h, writeText } from '../dom.ts';
import { fitted, onTheme, rgb, styled, theme } from '../look.ts';
import { normalizingWords } from '../normalizing.ts';
import { pictureButton } from '../picture/save.ts';
import type { Look, Opened } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { capital, colorsOfModels, unlike } from '../views/lossLines.ts';
import { DotPainter, sightOf } from '../views/points.ts';
import { paintTiles } from '../views/tiles.ts';
import { nameOfModel, ordinals } from './choice.ts';

export class Card {
  readonly element: HTMLElement;
  readonly #mark = h('i');
  readonly #name = h('span');
  readonly #remove: HTMLButtonElement;
  readonly #widths = h('p', { className: 'widths hint' }, 'Preparing the model …');
  readonly #unlike = h('p', { className: 'unlike hint' });
  readonly #points = h('canvas', { className: 'compared-points', role: 'img' });
  readonly #tiles = h('canvas', { role: 'img' });
  readonly #caption = h('figcaption');
  readonly #pictured: HTMLElement;
  readonly #painter = new DotPainter(this.#points);
  #opened: Opened | undefined;
  #seen: Look | undefined;

  constructor(remove: () => void) {
    this.#remove = h('button', { type: 'button', onclick: remove });
    this.#pictured = h(
      'div',
      { className: 'pictured' },
      h('figure', {}, this.#points, this.#caption),
      h('div', { className: 'rows' }, this.#tiles),
    );
    this.element = h(
      'article',
      { className: 'compared' },
      h('div', { className: 'title' }, h('h3', {}, this.#mark, this.#name), this.#remove),
      this.#widths,
      this.#unlike,
      this.#pictured,
    );
    onTheme(() => this.#paint());
  }

  /** Shows which model it is; `of` is 1 for the second one. */
  place(of: number, settings: Settings, first: Settings): void {
    const whose = `The ${ordinals[of]} model’s`;
    Object.assign(this.element.dataset, { of, title: nameOfModel(settings), preset: settings.preset });
    this.#mark.className = `mark ${colorsOfModels[of]}`;
    writeText(this.#name, `${capital(ordinals[of])}: ${nameOfModel(settings)}`);
    this.#remove.replaceChildren('Remove', h('span', { className: 'unseen' }, ` the ${ordinals[of]} model`));
    this.#points.setAttribute('aria-label', `${whose} codes of all examples`);
    this.#tiles.setAttribute('aria-label', `${whose} reconstructions`);
    writeText(this.#unlike, unlike(settings, first));
    this.#pictured.id = `compared-${of}`;
    this.element.querySelector('.save-picture')?.remove();
    this.element.append(pictureButton(`${ordinals[of]} model’s map`, this.#pictured.id));
  }

  open(opened: Opened): void {
    this.#opened = opened;
    const { widths, normalizing } = opened;
    const scaled = normalizing === 'none' ? '' : `, ${normalizingWords[normalizing]}`;
    writeText(this.#widths, `${widths.join(' – ')}${scaled}`);
  }

  look(opened: Opened, seen: Look): void {
    this.#seen = seen;
    paintTiles(this.#tiles, opened.data.shape, seen.reconstructions, opened.shown.rows.length);
    this.#paint();
  }

  #paint(): void {
    if (!this.#seen || !this.#opened || !this.element.isConnected) return;
    fitted(this.#points);
    const { points } = this.#seen;
    const { labels } = this.#opened.data;
    const colors = labels ? theme().classes.map(rgb) : [rgb(theme().first)];
    const sight = sightOf(points);
    this.#painter.paint(
      { from: points, to: points, way: 1, labels, colors, opacity: colors.map(() => 1), paper: rgb(styled('page')) },
      sight,
    );
    writeText(this.#caption, `Its map reaches ${figure(sight.reach, 2)} from the middle to each side.`);
  }
}
