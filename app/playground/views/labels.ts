import { byId, h } from '../dom.ts';

/** The choice of the label with which a conditional model decodes. Several menus on the page show the same choice. */
export class LabelChoice {
  readonly #fields = [byId<HTMLSelectElement>('map-label'), byId<HTMLSelectElement>('drawn-label')];
  onChange: (label: number) => void = () => {};

  constructor() {
    for (const field of this.#fields) field.addEventListener('change', () => this.choose(Number(field.value)));
  }

  /** Shows the names of the labels; `classes` is empty for a model without a condition. */
  open(classes: string[]): void {
    for (const field of this.#fields) field.replaceChildren(...optionsOf(classes));
  }

  choose(label: number): void {
    if (!this.#fields[0].length) return;
    for (const field of this.#fields) field.value = `${label}`;
    this.onChange(label);
  }
}

export const optionsOf = (classes: string[]): HTMLOptionElement[] =>
  classes.map((name, label) => h('option', { value: `${label}` }, name));
