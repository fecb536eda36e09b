import { byId, h } from '../dom.ts';

/** Which label a model that is told labels is told: one choice, wherever something is decoded. */
export class LabelChoice {
  readonly #fields = [byId<HTMLSelectElement>('map-label'), byId<HTMLSelectElement>('drawn-label')];
  onChange: (label: number) => void = () => {};

  constructor() {
    for (const field of this.#fields) field.addEventListener('change', () => this.choose(Number(field.value)));
  }

  /** `classes`: the names of the labels; none of a model that is told none. */
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
