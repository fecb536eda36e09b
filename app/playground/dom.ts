/** Returns the element with an id that exists in the page. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

/**
 * Makes an element with attributes and children. A name that is a property, such as `onclick` or `disabled`, sets the
 * property.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, unknown> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in element && key !== 'role' && key !== 'style') Object.assign(element, { [key]: value });
    else element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

/** Makes links within the page scroll without changing the `#` of the address, which holds the settings. */
export function jumpLinks(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>(':is(.jump, .hint) a:not([data-view])'))
    link.addEventListener('click', (event) => {
      event.preventDefault();
      const place = byId(link.hash.slice(1));
      place.scrollIntoView();
      place.focus({ preventScroll: true });
    });
}

/** Writes terms and their values into an existing list, and changes only the texts that differ. */
export function writeFigures(list: HTMLElement, figures: Record<string, string>): void {
  const names = Object.keys(figures);
  if ([...list.querySelectorAll('dt')].map((term) => term.textContent).join() !== names.join()) {
    list.replaceChildren(...names.map((name) => h('div', {}, h('dt', {}, name), h('dd'))));
  }
  list.querySelectorAll('dd').forEach((place, i) => writeText(place, figures[names[i]]));
}

export function writeText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function tableOf(head: string[], rows: string[][]): HTMLTableElement {
  return h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...head.map((cell) => h('th', { scope: 'col' }, cell)))),
    h(
      'tbody',
      {},
      ...rows.map(([first, ...cells]) =>
        h('tr', {}, h('th', { scope: 'row' }, first), ...cells.map((cell) => h('td', {}, cell))),
      ),
    ),
  );
}

/** Downloads a file to the visitor's machine. */
export function download(name: string, bytes: Uint8Array | string | Blob, type = 'application/octet-stream'): void {
  const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer> | string | Blob], { type }));
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Returns the value of a slider whose position is its logarithm, with two digits. */
export const readPower = (slider: HTMLInputElement): number => Number((10 ** Number(slider.value)).toPrecision(2));

/** Returns a number with the digits that matter. */
export function figure(value: number | undefined, digits = 3): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return value.toLocaleString(
    'en',
    Math.abs(value) >= 1000
      ? { maximumFractionDigits: 0 }
      : { minimumSignificantDigits: digits, maximumSignificantDigits: digits },
  );
}
