import { byId, download, writeText } from '../dom.ts';
import { partsOf } from '../parts.ts';
import { pytorchOf, typescriptOf } from '../programs.ts';
import type { FileKind, Opened } from '../protocol.ts';
import { toHash } from '../link.ts';
import type { Settings } from '../settings.ts';

/** The downloads of the page: the weights, the model, the program and the link. */
export class TakeAway {
  /** The number of texts that were copied, to tell the newest from one that the clipboard accepts late. */
  #copies = 0;

  constructor(
    private readonly now: () => { settings: Settings; opened?: Opened },
    private readonly file: (kind: FileKind) => Promise<Uint8Array | undefined>,
  ) {
    byId('safetensors').addEventListener('click', () => void this.#download('safetensors'));
    byId('onnx').addEventListener('click', () => void this.#download('onnx'));
    byId('typescript').addEventListener('click', () => void this.#program('TypeScript', typescriptOf));
    byId('pytorch').addEventListener('click', () => void this.#program('PyTorch', pytorchOf));
    byId('link').addEventListener('click', () => void this.#link());
  }

  async #download(kind: FileKind): Promise<void> {
    const name = `${this.now().settings.model}.${kind}`;
    const bytes = await this.file(kind);
    if (!bytes) return;
    download(name, bytes);
    writeText(byId('taken'), `${name}, ${(bytes.length / 1024).toFixed(0)} kB, is among your downloads.`);
  }

  async #program(language: string, write: typeof typescriptOf): Promise<void> {
    const { settings, opened } = this.now();
    if (!opened) return;
    const text = write(partsOf(settings, opened.data), settings, opened);
    await this.#copy(text, `The ${language} program`);
  }

  async #link(): Promise<void> {
    const { settings } = this.now();
    const link = `${location.href.replace(/#.*/, '')}#${toHash(settings)}`;
    const own = settings.data === 'own' ? ' Your data are not in it: who opens it must open the file again.' : '';
    const here = /^(localhost|127\.|\[::1\])/.test(location.hostname)
      ? ` It leads to this machine: for others, put your site’s address in the place of ${location.host}.`
      : '';
    await this.#copy(
      link,
      `The link with the settings of ${['the model', 'both models'][settings.compared.length] ?? `all ${settings.compared.length + 1} models`}`,
      `${own}${here}`,
    );
  }

  async #copy(text: string, what: string, besides = ''): Promise<void> {
    const copy = ++this.#copies;
    writeText(byId('code'), text);
    byId('code').hidden = false;
    // The browser may refuse the clipboard; the text is on the page in any case.
    const where = await navigator.clipboard.writeText(text).then(
      () => 'is in your clipboard.',
      () => 'is shown below; this browser does not let pages write to the clipboard.',
    );
    if (copy === this.#copies) writeText(byId('taken'), `${what} ${where}${besides}`);
  }
}
