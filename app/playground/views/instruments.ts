import { byId, figure, h, writeText } from '../dom.ts';
import { sighted } from '../look.ts';
import { coalesced } from '../pacing.ts';
import type { Answer, Ask, Point, RequestName } from '../protocol.ts';
import { paintTiles } from './tiles.ts';

export interface InstrumentLinks {
  ask<K extends RequestName>(name: K, ...ask: Ask<K> extends undefined ? [] : [Ask<K>]): Promise<Answer<K> | undefined>;
  /** Returns the place under the cross. */
  place(): Point;
  shape(): number[];
}

const pictures = 9;
/** The most sliders for the numbers of a code. */
const mostSliders = 20;

/** The walk from one place to another, and the sliders for the numbers of a code. */
export class Instruments {
  #ends: { from?: Point; to?: Point } = {};
  #code: Float32Array = new Float32Array();
  #moved = false;
  readonly #inSight = sighted(byId('traversed'), () => this.refresh());
  readonly #walk: () => void;
  readonly #traverse: () => void;

  constructor(private readonly links: InstrumentLinks) {
    this.#walk = coalesced(() => this.#drawWalk());
    this.#traverse = coalesced(() => this.#drawTraversal());
    for (const end of ['from', 'to'] as const) {
      byId(end).addEventListener('click', () => {
        const { x, y } = (this.#ends[end] = links.place());
        writeText(byId(end), `${end === 'from' ? 'Start' : 'End'}: ${figure(x, 2)}, ${figure(y, 2)}`);
        this.#walk();
      });
    }
  }

  open(codeSize: number): void {
    this.#ends = {};
    writeText(byId('from'), 'Start here');
    writeText(byId('to'), 'End here');
    this.#code = new Float32Array(codeSize);
    this.#moved = false;
    const sliders = Array.from({ length: Math.min(codeSize, mostSliders) }, (_, i) => {
      const output = h('output', {}, '0.0');
      const slider = h('input', { type: 'range', min: '-4', max: '4', step: '0.1', value: '0' });
      slider.addEventListener('input', () => {
        this.#code[i] = Number(slider.value);
        this.#moved = true;
        writeText(output, this.#code[i].toFixed(1));
        this.#traverse();
      });
      return h('label', { className: 'inline' }, `${i + 1}`, slider, output);
    });
    byId('traversal').replaceChildren(...sliders);
    this.#traverse();
  }

  /** Updates the pictures after a change of the model. */
  refresh(): void {
    if (!this.#inSight()) return;
    this.#walk();
    this.#traverse();
  }

  async #drawWalk(): Promise<void> {
    const { from, to } = this.#ends;
    if (!from || !to) return;
    const values = await this.links.ask('walk', { from, to, count: pictures });
    if (values) paintTiles(byId<HTMLCanvasElement>('walk'), this.links.shape(), values, pictures);
  }

  async #drawTraversal(): Promise<void> {
    if (!this.#code.length) return;
    // Until a slider is moved, the sliders show the code at the cross.
    if (!this.#moved) await this.#follow();
    const values = await this.links.ask('decodeCodes', this.#code.slice());
    if (values) paintTiles(byId<HTMLCanvasElement>('traversed'), this.links.shape(), values, 1);
  }

  async #follow(): Promise<void> {
    const code = await this.links.ask('codeAt', this.links.place());
    if (!code || this.#moved || code.length !== this.#code.length) return;
    this.#code = code;
    byId('traversal')
      .querySelectorAll('input')
      .forEach((slider, i) => {
        // Without a prior, codes may have any values.
        const reach = Math.max(4, Math.ceil(2 * Math.abs(code[i])));
        [slider.min, slider.max, slider.value] = [`${-reach}`, `${reach}`, `${code[i]}`];
        writeText(slider.nextElementSibling!, code[i].toFixed(1));
      });
  }
}
