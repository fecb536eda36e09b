import { byId, writeText } from '../dom.ts';
import type { Normalizing } from '../shapes.ts';
import type { Examples, Opened, TableFile } from '../protocol.ts';
import { columnsOf, proposed, readTable, whyNotRead, type Column } from '../table.ts';
import { showFigures } from './figures.ts';
import { imagesOf } from './pictures.ts';
import { TableChoice } from './tableChoice.ts';

export interface DataLinks {
  digits(): void;
  own(examples: Examples): void;
  /** the table that was open before a reload */
  table(): Promise<TableFile | undefined>;
  trouble(error: unknown): void;
}

/** Data that a visitor brings: read here, and handed to the worker of this page and to nobody else. */
export class OwnData {
  /** the table that was chosen last, and whether it could be read */
  #file: { name: string; text: string; columns: Column[]; read: boolean } | undefined;
  readonly #choice = new TableChoice(() => this.#attempt(() => this.#readTable()));

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
    const { name, count, trained, shape, kind } = set;
    const held = count === trained ? 'too few to hold any out' : `${(count - trained).toLocaleString('en')} held out`;
    const size =
      kind === 'image'
        ? `${shape[0]} × ${shape[1]} pixels${shape[2] === 1 ? '' : ' in colour'}`
        : `${shape[0]} columns`;
    writeText(byId('data-state'), `${name}: ${count.toLocaleString('en')} examples, ${size}, ${held}.`);
    showFigures(set, normalizing);
    if (kind === 'image' && this.#file?.read) this.#file = undefined;
    if (kind === 'table' && !this.#file) void this.#recall(name);
    byId('table-choice').hidden = !this.#file;
  }

  /** After a reload the worker has the table still. */
  async #recall(name: string): Promise<void> {
    const table = await this.links.table();
    if (table) this.#offer(name, table, true);
  }

  #offer(name: string, { text, ...use }: TableFile, read: boolean): void {
    const columns = columnsOf(text);
    this.#file = { name, text, columns, read };
    this.#choice.write(columns, use);
    byId('table-choice').hidden = false;
  }

  async #read(files: File[]): Promise<void> {
    if (!files.length) return;
    const images = files.filter(({ type }) => type.startsWith('image/'));
    const [{ name }] = files;
    writeText(byId('data-state'), `Reading ${files.length === 1 ? name : `${files.length} files`} …`);
    if (images.length) return this.links.own(await imagesOf(images));
    const text = await files[0].text();
    const columns = columnsOf(text);
    const use = proposed(columns);
    this.#offer(name, { text, ...use }, false);
    // What is to be left out, the visitor says.
    const why = use.leftOut.length ? whyNotRead(name, columns) : undefined;
    if (why) throw new Error(why);
    this.#readTable();
  }

  #readTable(): void {
    const { name, text, columns } = this.#file!;
    const use = this.#choice.use;
    let examples: Examples;
    try {
      examples = readTable(name, columns, { text, ...use });
    } catch (error) {
      const left = columns.map((column, i) =>
        i === use.label || use.leftOut.includes(i) ? { ...column, first: undefined } : column,
      );
      const why = whyNotRead(name, left);
      throw why ? new Error(why, { cause: error }) : error;
    }
    this.#file!.read = true;
    this.links.own(examples);
  }

  #attempt(work: () => void | Promise<void>): void {
    void (async () => work())().catch((error: unknown) => {
      writeText(byId('data-state'), error instanceof Error ? error.message : String(error));
      this.links.trouble(error);
    });
  }
}
