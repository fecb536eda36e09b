/** The rows of a table by falling score, each with the columns that contribute most. */
import { threshold } from '../../../src/index.ts';
import type { ColumnFacts } from '../../table/job.ts';
import { blamed, reason } from '../../table/words.mjs';
import { byId, figure, h, readPower, writeText } from '../dom.ts';
import { VirtualList } from './list.ts';
import type { RankedRow } from './protocol.ts';
import { cellWords, filledWords, percent, whole } from './words.ts';

/** The number of rows in a request. */
const block = 40;

export interface StrangestLinks {
  ranked(from: number, to: number): Promise<RankedRow[]>;
  share(share: number): void;
  /** Called with the number of a row, counted from 0, that the visitor chooses. */
  chosen(row: number): void;
  trouble(error: unknown): void;
}

export class Strangest {
  readonly #share = byId<HTMLInputElement>('t-share');
  readonly #list = new VirtualList(byId('t-list'), (index) => this.#rowOf(index), 84);
  readonly #blocks = new Map<number, RankedRow[] | 'asked'>();
  #scores: Float32Array = new Float32Array();
  #order: Uint32Array = new Uint32Array();
  #columns: readonly ColumnFacts[] = [];
  #count = 0;
  #chosen = -1;

  constructor(private readonly links: StrangestLinks) {
    this.#share.addEventListener('input', () => {
      this.#divide();
      this.#list.refresh();
    });
    this.#share.addEventListener('change', () => links.share(this.share));
    byId('t-list').addEventListener('click', ({ target }) => {
      const row = (target as Element).closest<HTMLElement>('.t-row');
      if (row) this.choose(this.#order[Number(row.dataset.index)]);
    });
  }

  get share(): number {
    return readPower(this.#share);
  }

  /** The number of rows that count as anomalous. */
  get count(): number {
    return this.#count;
  }

  /** The numbers of the rows that count as anomalous, counted from 0. */
  get rows(): Uint32Array {
    return this.#order.subarray(0, this.#count);
  }

  open(judged: { scores: Float32Array; order: Uint32Array }, columns: readonly ColumnFacts[], share: number): void {
    this.#scores = judged.scores;
    this.#order = judged.order;
    this.#columns = columns;
    this.#blocks.clear();
    this.#chosen = -1;
    this.#share.value = `${Math.log10(share)}`;
    this.#divide();
    this.#list.open(this.#order.length);
  }

  /** Marks a row, and with `reveal` scrolls to it. */
  choose(row: number, reveal = false): void {
    this.#chosen = row;
    if (reveal) this.#list.reveal(this.#order.indexOf(row));
    this.#list.refresh();
    this.links.chosen(row);
  }

  #divide(): void {
    const { share } = this;
    const limit = this.#scores.length ? threshold(this.#scores, { contamination: share }) : Infinity;
    const first = this.#scores.findIndex((score) => !(score > limit));
    this.#count = first < 0 ? this.#scores.length : first;
    const text = `${percent(share)}: ${whole(this.#count)} of ${whole(this.#scores.length)} rows`;
    writeText(byId('t-share-value'), text);
    this.#share.setAttribute('aria-valuetext', text);
  }

  #rowOf(index: number): HTMLElement {
    const at = Math.floor(index / block);
    const known = this.#blocks.get(at);
    if (!known) this.#ask(at).catch((error: unknown) => this.links.trouble(error));
    const row = this.#order[index];
    const found = Array.isArray(known) ? known[index % block] : undefined;
    const strange = index < this.#count;
    const head = h(
      'div',
      { className: 't-head' },
      h('b', {}, `row ${whole(row + 1)}`),
      h('span', {}, `score ${figure(this.#scores[index])}${strange ? '' : ' · below the limit'}`),
    );
    const element = h('div', { className: 't-row', 'data-strange': strange }, head);
    if (row === this.#chosen) element.setAttribute('aria-current', 'true');
    if (found)
      element.append(h('p', { className: 't-why' }, reason(found.reason, this.#columns)), this.#cellsOf(found));
    else element.append(h('p', { className: 't-why' }, '…'));
    return element;
  }

  /** Returns all cells of a row, with the filled-in values of blanks. */
  #cellsOf({ cells, reason: { columns } }: RankedRow): HTMLElement {
    const guilty = new Set(blamed({ row: 0, score: 0, columns }).map(({ column }) => column));
    const expected = new Map(columns.map((cell) => [cell.column, cell.expected]));
    const kinds = new Map(this.#columns.map(({ name, kind }) => [name, kind]));
    const entries = Object.entries(cells).map(([name, value]) => {
      const kind = kinds.get(name) ?? 'category';
      const filled = expected.get(name);
      const blank =
        filled === undefined || filled === null ? 'blank' : `blank, filled in: ${filledWords(filled, kind)}`;
      const className = guilty.has(name) ? 'guilty' : value === null ? 'blank' : '';
      return h('div', { className }, h('dt', {}, name), h('dd', {}, value === null ? blank : cellWords(value, kind)));
    });
    return h('dl', { className: 't-cells' }, ...entries);
  }

  async #ask(at: number): Promise<void> {
    this.#blocks.set(at, 'asked');
    const order = this.#order;
    const rows = await this.links.ranked(at * block, Math.min(order.length, (at + 1) * block));
    // Another table may have been opened meanwhile.
    if (order !== this.#order) return;
    this.#blocks.set(at, rows);
    this.#list.refresh();
  }
}
