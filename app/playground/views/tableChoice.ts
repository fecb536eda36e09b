import { byId, h, writeText } from '../dom.ts';
import type { Column, Use } from '../table.ts';

/** What the columns of a table are used for: one may have the classes, some may be left out. It is taken over when the visitor says so. */
export class TableChoice {
  readonly #label = byId<HTMLSelectElement>('label');
  readonly #leftOut = byId('left-out');

  constructor(onRead: () => void) {
    byId('reread').addEventListener('click', onRead);
    this.#leftOut.addEventListener('change', () => this.#count());
  }

  write(columns: Column[], { label, leftOut }: Use): void {
    this.#label.replaceChildren(
      h('option', { value: '' }, 'none'),
      ...columns.map(({ name }, i) => h('option', { value: `${i}`, selected: i === label }, name)),
    );
    this.#leftOut.replaceChildren(
      ...columns.map(({ name, first }, i) => {
        const box = h('input', { type: 'checkbox', checked: leftOut.includes(i), value: `${i}` });
        const why = first && (first.value === '' ? 'has gaps' : 'is not numbers');
        return h('label', { className: 'check' }, box, why ? `${name} (${why})` : name);
      }),
    );
    byId('left-out-choice').toggleAttribute('open', leftOut.length > 0);
    this.#count();
  }

  get use(): Use {
    const label = this.#label.value === '' ? undefined : Number(this.#label.value);
    return { label, leftOut: this.#chosen.filter((i) => i !== label) };
  }

  get #chosen(): number[] {
    return [...this.#leftOut.querySelectorAll<HTMLInputElement>(':checked')].map(({ value }) => Number(value));
  }

  #count(): void {
    const count = this.#chosen.length;
    writeText(byId('left-out-count'), count === 0 ? 'none' : `${count}`);
  }
}
