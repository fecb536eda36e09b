/** A list that keeps only its visible items in the page, so that a hundred thousand rows scroll as smoothly as ten. */
import {
  elementScroll,
  measureElement,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';

export class VirtualList {
  readonly #inner: HTMLElement;
  readonly #virtualizer: Virtualizer<HTMLElement, Element>;
  readonly #shown = new Map<number, HTMLElement>();
  #count = 0;
  #due = false;
  #drawing = false;

  constructor(
    private readonly outer: HTMLElement,
    /** Makes a new element for an item. */
    private readonly make: (index: number) => HTMLElement,
    private readonly estimate: number,
  ) {
    this.#inner = outer.firstElementChild as HTMLElement;
    this.#virtualizer = new Virtualizer(this.#options());
    this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
  }

  /** Shows another list from its top. */
  open(count: number): void {
    this.#count = count;
    this.#clear();
    this.#virtualizer.setOptions(this.#options());
    this.#virtualizer.measure();
    this.outer.scrollTop = 0;
    this.#draw();
  }

  /** Makes the visible items again. */
  refresh(): void {
    this.#clear();
    this.#draw();
  }

  /** Scrolls to an item. */
  reveal(index: number): void {
    this.#virtualizer.scrollToIndex(index, { align: 'start' });
  }

  #clear(): void {
    for (const element of this.#shown.values()) element.remove();
    this.#shown.clear();
  }

  #options() {
    return {
      count: this.#count,
      getScrollElement: () => this.outer,
      estimateSize: () => this.estimate,
      overscan: 4,
      observeElementRect,
      observeElementOffset,
      measureElement,
      scrollToFn: elementScroll,
      onChange: () => this.#draw(),
    };
  }

  /** Draws the visible items. Measuring them may require another drawing. */
  #draw(): void {
    this.#due = true;
    if (this.#drawing) return;
    this.#drawing = true;
    while (this.#due) {
      this.#due = false;
      this.#place();
    }
    this.#drawing = false;
  }

  #place(): void {
    this.#inner.style.height = `${this.#virtualizer.getTotalSize()}px`;
    const items = this.#virtualizer.getVirtualItems();
    const wanted = new Set(items.map(({ index }) => index));
    for (const [index, element] of this.#shown) {
      if (wanted.has(index)) continue;
      element.remove();
      this.#shown.delete(index);
    }
    for (const { index, start } of items) {
      let element = this.#shown.get(index);
      if (!element) {
        element = this.make(index);
        element.setAttribute('role', 'listitem');
        element.setAttribute('aria-setsize', `${this.#count}`);
        element.setAttribute('aria-posinset', `${index + 1}`);
        element.dataset.index = `${index}`;
        this.#shown.set(index, element);
        this.#inner.append(element);
        this.#virtualizer.measureElement(element);
      }
      element.style.transform = `translateY(${start}px)`;
    }
  }
}
