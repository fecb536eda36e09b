import { FormatError, readCsv } from '../../../src/index.ts';
import { byId, figure, h, tableOf, writeText } from '../dom.ts';
import { context2d } from '../look.ts';
import { normalizingWords } from '../normalizing.ts';
import type { Normalizing } from '../parts.ts';
import type { ColumnFigures, Examples, Opened } from '../protocol.ts';
import { paintTiles } from './tiles.ts';

export interface DataLinks {
  digits(): void;
  own(examples: Examples): void;
  trouble(error: unknown): void;
}

/** Data that a visitor brings: read here, and handed to the worker of this page and to nobody else. */
export class OwnData {
  /** the table that was opened last */
  #file: { name: string; text: string } | undefined;

  constructor(private readonly links: DataLinks) {
    const files = byId<HTMLInputElement>('files');
    files.addEventListener('change', () => {
      void this.#read([...(files.files ?? [])]);
      files.value = '';
    });
    byId<HTMLSelectElement>('label').addEventListener('change', ({ target }) =>
      this.#reread((target as HTMLSelectElement).value),
    );
    byId('use-digits').addEventListener('click', () => links.digits());
    for (const name of ['dragover', 'dragleave', 'drop'] as const) {
      document.addEventListener(name, (event) => {
        event.preventDefault();
        document.body.classList.toggle('dropping', name === 'dragover');
        if (name === 'drop') void this.#read([...(event.dataTransfer?.files ?? [])]);
      });
    }
  }

  open({ name, count, trained, shape, columns, kind, figures }: Opened['data'], normalizing: Normalizing): void {
    const held = count === trained ? 'too few to hold any out' : `${(count - trained).toLocaleString('en')} held out`;
    const size =
      kind === 'image'
        ? `${shape[0]} × ${shape[1]} pixels${shape[2] === 1 ? '' : ' in colour'}`
        : `${shape[0]} columns`;
    writeText(byId('data-state'), `${name}: ${count.toLocaleString('en')} examples, ${size}, ${held}.`);
    const scaling = figures && figuresUsed(figures, normalizing);
    if (!scaling) byId('columns').replaceChildren();
    else if (columns) byId('columns').replaceChildren(columnTable(columns, scaling, normalizing));
    else showPixels(shape, scaling);
    byId('label-choice').hidden = kind !== 'table' || !this.#file;
  }

  /** The file once more, with another column for the classes. */
  #reread(label: string): void {
    if (!this.#file) return;
    try {
      this.links.own(readTable(this.#file.name, this.#file.text, label));
    } catch (error) {
      this.links.trouble(forPage(error));
    }
  }

  async #table(file: File): Promise<Examples> {
    this.#file = { name: file.name, text: await file.text() };
    const table = readTable(file.name, this.#file.text, undefined);
    const names = this.#file.text
      .split(/\r?\n/, 1)[0]
      .split(separators)
      .map((name) => name.trim().replace(/^"|"$/g, ''));
    const label = names.find((name) => !table.columns!.includes(name)) ?? '';
    byId('label').replaceChildren(
      h('option', { value: '' }, 'none'),
      ...names.map((value) => h('option', { value, selected: value === label }, value)),
    );
    return table;
  }

  async #read(files: File[]): Promise<void> {
    try {
      if (!files.length) return;
      const images = files.filter(({ type }) => type.startsWith('image/'));
      writeText(byId('data-state'), `Reading ${files.length === 1 ? files[0].name : `${files.length} files`} …`);
      this.links.own(images.length ? await imagesOf(images) : await this.#table(files[0]));
    } catch (cause) {
      const error = forPage(cause);
      writeText(byId('data-state'), error.message);
      this.links.trouble(error);
    }
  }
}

/** What is wrong with a file, with advice for whoever has the file and not the code that reads it. */
function forPage(error: unknown): Error {
  if (!(error instanceof FormatError)) return error instanceof Error ? error : new Error(String(error));
  const [problem] = error.message.split('; ');
  return new Error(`${problem}. Mend that in the file, or take the column out of it.`, { cause: error });
}

/** Two figures of every column or pixel, with their names. */
type Scaling = [name: string, values: Float32Array][];

/** What a normalisation goes by. */
const figuresUsed = ({ least, most, mean, deviation }: ColumnFigures, normalizing: Normalizing): Scaling =>
  normalizing === 'standardize'
    ? [
        ['mean', mean],
        ['deviation', deviation],
      ]
    : [
        ['least', least],
        ['largest', most],
      ];

function columnTable(columns: string[], scaling: Scaling, normalizing: Normalizing): HTMLTableElement {
  const first = normalizing === 'none' ? 'column' : `column, ${normalizingWords[normalizing]}`;
  const head = [first, ...scaling.map(([name]) => name)];
  return tableOf(
    head,
    columns.map((column, i) => [column, ...scaling.map(([, values]) => figure(values[i]))]),
  );
}

/** Two figures of every pixel are two pictures. */
function showPixels(shape: number[], scaling: Scaling): void {
  const names = scaling.map(([name]) => name).join(' and ');
  const canvas = h('canvas', { role: 'img', 'aria-label': `The pixels’ ${names}, as pictures` });
  byId('columns').replaceChildren(
    h('p', { className: 'hint' }, `Of each pixel, its ${names} among the examples trained on:`),
    canvas,
  );
  paintTiles(
    canvas,
    { kind: 'image', shape },
    Float32Array.from(scaling.flatMap(([, values]) => [...values])),
    scaling.length,
  );
}

/** Each picture cut to a square from its middle, and made small. */
async function imagesOf(files: File[]): Promise<Examples> {
  const shape = byId<HTMLSelectElement>('image-shape').value.split(',').map(Number);
  const [height, width, channels] = shape;
  const values = new Uint8Array(files.length * height * width * channels);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = context2d(canvas);
  for (const [i, file] of files.entries()) {
    const image = await createImageBitmap(file).catch(() => {
      throw new Error(`${file.name} cannot be read as a picture`);
    });
    const side = Math.min(image.width, image.height);
    context.imageSmoothingQuality = 'high';
    context.clearRect(0, 0, width, height);
    context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    for (let pixel = 0; pixel < height * width; pixel++) {
      const [red, green, blue] = data.subarray(4 * pixel, 4 * pixel + 3);
      const at = (i * height * width + pixel) * channels;
      if (channels === 3) values.set([red, green, blue], at);
      else values[at] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    }
    image.close();
  }
  return { name: files.length === 1 ? files[0].name : `${files.length} pictures`, kind: 'image', shape, values };
}

const separators = /[,;\t]/;

/** Columns whose values are no numbers cannot be learned; one of them can say what a row is. */
function readTable(name: string, text: string, label: string | undefined): Examples {
  const columns = text.split(/\r?\n/, 1)[0].split(separators).length;
  const asked =
    label === undefined
      ? [undefined, ...Array.from({ length: columns }, (_, i) => columns - 1 - i)]
      : [label === '' ? undefined : label];
  const [first] = asked;
  let refused: unknown;
  for (const candidate of asked) {
    try {
      const { data, shape, columns, labels, classes } = readCsv(
        text,
        candidate === undefined ? {} : { label: candidate },
      );
      return { name, kind: 'table', shape: [shape[1]], values: data, columns, labels, classes };
    } catch (error) {
      // What is wrong without a column for classes says most.
      if (candidate === first) refused = error;
    }
  }
  throw refused;
}
