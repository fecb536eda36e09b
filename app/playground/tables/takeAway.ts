/** The downloads of the view of tables, and its link. */
import { byId, h, writeText } from '../dom.ts';
import type { FileKind } from './protocol.ts';

const names: Record<FileKind, string> = {
  scores: 'scores.csv',
  filled: 'filled.csv',
  onnx: 'model.onnx',
  weights: 'weights.safetensors',
};

export class TakeAway {
  constructor(
    private readonly file: (kind: FileKind) => Promise<Blob>,
    trouble: (error: unknown) => void,
  ) {
    for (const kind of Object.keys(names) as FileKind[])
      byId(`t-${kind}`).addEventListener('click', () => void this.#take(kind).catch(trouble));
    byId('t-link').addEventListener('click', () => void this.#copyLink());
  }

  async #take(kind: FileKind): Promise<void> {
    writeText(byId('t-taken'), `Writing ${names[kind]} …`);
    const blob = await this.file(kind);
    const address = URL.createObjectURL(blob);
    h('a', { href: address, download: names[kind] }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    writeText(byId('t-taken'), `${names[kind]} is in your downloads.`);
  }

  async #copyLink(): Promise<void> {
    const said = await navigator.clipboard.writeText(location.href).then(
      () => 'Copied.',
      // Without permission for the clipboard, the address bar shows the link.
      () => 'This browser cannot copy: the link is in the address bar.',
    );
    writeText(byId('t-taken'), said);
  }
}
