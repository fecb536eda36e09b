import { byId, writeText } from '../dom.ts';
import type { Normalizing } from '../normalizing.ts';
import type { Examples, Opened } from '../protocol.ts';
import { showFigures } from './figures.ts';
import { imagesOf } from './pictures.ts';

export interface DataLinks {
  digits(): void;
  own(examples: Examples): void;
  /** Called with a file that is not a picture. */
  table(file: File): void;
  trouble(error: unknown): void;
}

/** A visitor's own data. They are read on the page and sent only to its worker. */
export class OwnData {
  constructor(private readonly links: DataLinks) {
    const files = byId<HTMLInputElement>('files');
    files.addEventListener('change', () => {
      this.#attempt(() => this.#read([...(files.files ?? [])]));
      files.value = '';
    });
    byId('use-digits').addEventListener('click', () => links.digits());
    for (const name of ['dragover', 'dragleave', 'drop'] as const) {
      document.addEventListener(name, (event) => {
        event.preventDefault();
        document.body.classList.toggle('dropping', name === 'dragover');
        if (name === 'drop') this.#attempt(() => this.#read([...(event.dataTransfer?.files ?? [])]));
      });
    }
  }

  open(set: Opened['data'], normalizing: Normalizing): void {
    const { name, count, trained, shape } = set;
    const held = count === trained ? 'too few to hold any out' : `${(count - trained).toLocaleString('en')} held out`;
    const size = `${shape[0]} × ${shape[1]} pixels${shape[2] === 1 ? '' : ' in colour'}`;
    writeText(byId('data-state'), `${name}: ${count.toLocaleString('en')} examples, ${size}, ${held}.`);
    showFigures(set, normalizing);
  }

  async #read(files: File[]): Promise<void> {
    if (!files.length) return;
    const images = files.filter(({ type }) => type.startsWith('image/'));
    if (!images.length) return this.links.table(files[0]);
    writeText(byId('data-state'), `Reading ${files.length === 1 ? files[0].name : `${files.length} files`} …`);
    this.links.own(await imagesOf(images));
  }

  #attempt(work: () => void | Promise<void>): void {
    void (async () => work())().catch((error: unknown) => {
      writeText(byId('data-state'), error instanceof Error ? error.message : String(error));
      this.links.trouble(error);
    });
  }
}
