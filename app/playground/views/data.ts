import { byId, tableOf, writeText } from '../dom.ts';
import { context2d } from '../look.ts';
import type { Examples, Opened } from '../protocol.ts';

export interface DataLinks {
  digits(): void;
  own(examples: Examples): void;
  trouble(error: unknown): void;
}

/** Data that a visitor brings: read here, and handed to the worker of this page and to nobody else. */
export class OwnData {
  constructor(private readonly links: DataLinks) {
    const files = byId<HTMLInputElement>('files');
    files.addEventListener('change', () => {
      void this.#read([...(files.files ?? [])]);
      files.value = '';
    });
    byId('use-digits').addEventListener('click', () => links.digits());
    for (const name of ['dragover', 'dragleave', 'drop'] as const) {
      document.addEventListener(name, (event) => {
        event.preventDefault();
        document.body.classList.toggle('dropping', name === 'dragover');
        if (name === 'drop') void this.#read([...(event.dataTransfer?.files ?? [])]);
      });
    }
  }

  open({ name, count, trained, shape, columns, kind }: Opened['data'], normalizing: string | undefined): void {
    const held = count === trained ? 'too few to hold any out' : `${(count - trained).toLocaleString('en')} held out`;
    const size = kind === 'image' ? `${shape[0]} × ${shape[1]} pixels${shape[2] === 1 ? '' : ' in colour'}` : `${shape[0]} columns`;
    writeText(byId('data-state'), `${name}: ${count.toLocaleString('en')} examples, ${size}, ${held}.`);
    byId('columns').replaceChildren();
    if (columns) byId('columns').append(tableOf(['column', normalizing === 'minMax' ? 'scaled to 0 … 1' : 'standardized'], columns.map((column) => [column, ''])));
  }

  async #read(files: File[]): Promise<void> {
    try {
      if (!files.length) return;
      const images = files.filter(({ type }) => type.startsWith('image/'));
      writeText(byId('data-state'), `Reading ${files.length === 1 ? files[0].name : `${files.length} files`} …`);
      this.links.own(images.length ? await imagesOf(images) : await tableOfFile(files[0]));
    } catch (error) {
      writeText(byId('data-state'), error instanceof Error ? error.message : String(error));
      this.links.trouble(error);
    }
  }
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

async function tableOfFile(file: File): Promise<Examples> {
  const text = await file.text();
  throw new Error(`${file.name} (${text.length} characters): tables cannot be read yet`);
}
