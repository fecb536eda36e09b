/** Shows the columns and the format of a file, which the visitor can change. */
import type { ColumnFacts } from '../../table/job.ts';
import { byId, h, writeText } from '../dom.ts';
import type { Choices, Use } from './choices.ts';
import type { NotRead, Understood } from './protocol.ts';
import { dialectWords, valuesWords, whole } from './words.ts';

const useNames: Record<Use, string> = {
  number: 'numbers',
  category: 'names',
  time: 'times',
  leave: 'left out',
  label: 'the label',
};

const dialectFields = ['delimiter', 'decimal', 'thousands', 'dateOrder', 'missing'] as const;

export class UnderstoodPanel {
  #choices: Choices | undefined;

  constructor(private readonly change: (choices: Partial<Choices>) => void) {
    const panel = byId('t-understood');
    panel.addEventListener('change', ({ target }) => this.#changed(target as HTMLInputElement | HTMLSelectElement));
  }

  show(found: Understood | NotRead, choices: Choices): void {
    this.#choices = choices;
    const read = 'rows' in found ? found : undefined;
    const csv = !read || read.dialect.format === 'csv';
    writeText(
      byId('t-understood-about'),
      read
        ? `${dialectWords(read)} Change what is wrong; then training starts again. The model does not see the label column.`
        : found.columns.length
          ? 'The columns as the first rows show them.'
          : '',
    );
    byId('t-dialect').hidden = !csv;
    if (!read) byId('t-dialect').setAttribute('open', '');
    for (const name of dialectFields) this.#field(name).value = choices[name] ?? '';
    this.#field('steps').value = choices.steps === undefined ? '' : `${choices.steps}`;
    this.#field('seed').value = `${choices.seed}`;
    byId('t-columns').replaceChildren(...(found.columns.length ? [tableOf(found.columns, read?.label, choices)] : []));
  }

  #field(name: string): HTMLInputElement {
    return byId('t-understood').querySelector<HTMLInputElement>(`[name=${name}]`)!;
  }

  #changed(field: HTMLInputElement | HTMLSelectElement): void {
    const { column } = field.dataset;
    if (column !== undefined) return this.#use(column, field.value as Use);
    if (field.name === 'steps' || field.name === 'seed') {
      if (!field.checkValidity()) return;
      const value = field.value === '' ? undefined : Number(field.value);
      return this.change({ [field.name]: field.name === 'seed' ? (value ?? 0) : value });
    }
    this.change({ [field.name]: field.value === '' ? undefined : field.value });
  }

  #use(column: string, use: Use): void {
    const { columns } = this.#choices!;
    // Only one column can be the label.
    const others = Object.entries(columns).filter(
      ([name, other]) => name !== column && (use !== 'label' || other !== 'label'),
    );
    this.change({ columns: { ...Object.fromEntries(others), [column]: use } });
  }
}

function tableOf(columns: readonly ColumnFacts[], label: Understood['label'], choices: Choices): HTMLTableElement {
  const head = ['column', 'is', 'blanks', 'values', 'notes'].map((name) => h('th', { scope: 'col' }, name));
  const rows = columns.map((facts) => {
    const { name, kind, missing, note, left } = facts;
    // A column that could not be read as chosen keeps the visitor's choice.
    const use = left ? 'leave' : (choices.columns[name] ?? kind);
    const row = h(
      'tr',
      {},
      h('th', { scope: 'row', title: name }, name),
      h('td', {}, useChoice(name, use)),
      h('td', {}, missing ? whole(missing) : ''),
      h('td', {}, valuesWords(facts)),
      h('td', {}, [left && choices.columns[name] !== 'leave' && `left out: ${left}`, note].filter(Boolean).join('; ')),
    );
    if (left) row.dataset.left = '';
    return row;
  });
  if (label)
    rows.push(
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, label.name),
        h('td', {}, useChoice(label.name, 'label')),
        h('td', {}, ''),
        h('td', {}, `${whole(label.classes)} classes`),
        h('td', {}, ''),
      ),
    );
  return h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows));
}

function useChoice(name: string, now: Use): HTMLSelectElement {
  const options = Object.entries(useNames).map(([use, words]) =>
    h('option', { value: use, selected: use === now }, words),
  );
  return h('select', { 'data-column': name, 'aria-label': `${name} is` }, ...options);
}
