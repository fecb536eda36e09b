/** The models beside the first one on the same data: their choice and their figures. */
import { byId, h, writeText } from '../dom.ts';
import { coalesced } from '../pacing.ts';
import { presets, seconds, suits } from '../presets.ts';
import type { History, Opened, Progress, Verdict } from '../protocol.ts';
import type { Compared, Settings } from '../settings.ts';
import { scaleOf, type Other } from '../views/lossLines.ts';
import { asCompared, mostCompared, nameOfModel, settingsOf } from './choice.ts';
import { figuresTable, type Standing } from './figures.ts';
import { Member, type MemberLinks } from './member.ts';

/** The current state of the first model. */
export interface First {
  settings: Settings;
  opened: Opened | undefined;
  progress: Progress;
  history: History;
  verdict: Verdict | undefined;
}

export interface ComparisonLinks {
  change(changed: Pick<Settings, 'compared'> | Pick<Settings, 'alike'>): void;
  first(): First;
  /** Shows the losses of the other models in the chart of the first one. */
  beside(others: readonly Other[]): void;
  trouble(error: unknown): void;
}

export class Comparison {
  readonly #choice = byId<HTMLSelectElement>('rival');
  readonly #beta = byId<HTMLInputElement>('rival-beta');
  readonly #alike = byId<HTMLInputElement>('alike');
  #members: Member[] = [];
  /** The table is updated seldom, since people read it. */
  readonly #tell = coalesced(
    async () => this.#writeFigures(),
    () => 500,
  );

  constructor(
    private readonly digits: string,
    private readonly links: ComparisonLinks,
  ) {
    this.#choice.append(
      ...seconds.map((value) => h('option', { value, selected: value === 'deep' }, presets[value].title)),
    );
    this.#choice.addEventListener('change', () => this.#offerBeta());
    this.#offerBeta();
    byId('compare').addEventListener('click', () => this.#add(this.#chosen));
    byId('compare-this').addEventListener('click', () => this.#add(asCompared(links.first().settings)));
    this.#alike.addEventListener('change', () => links.change({ alike: this.#alike.checked }));
    byId('compared-link').addEventListener('click', () => void this.#copyLink());
  }

  /** Trains or pauses the models, as the first one does. */
  follow(training: boolean): void {
    for (const member of this.#members) member.follow(training);
    this.#tell();
  }

  /** Updates the figures after news of the first model. */
  tell(): void {
    this.#tell();
  }

  /** Takes other models, or another first one. Models whose settings stay the same continue training. */
  beside(data: Opened['data'], first: Settings): void {
    for (const option of this.#choice.options) option.disabled = !suits(option.value, data.classes);
    this.#alike.checked = first.alike;
    const full = first.compared.length >= mostCompared;
    for (const id of ['compare', 'compare-this']) byId<HTMLButtonElement>(id).disabled = full;
    const before = [...this.#members];
    this.#members = first.compared.map((compared) => {
      const settings = settingsOf(first, compared);
      const place = before.findIndex((member) => member.becomes(settings));
      return place < 0 ? new Member(settings, this.digits, this.#memberLinks) : before.splice(place, 1)[0];
    });
    for (const member of before) member.close();
    byId('compared').replaceChildren(...this.#members.map(({ card }) => card.element));
    this.#members.forEach((member, i) => member.card.place(i + 1, member.settings, first));
    this.#show();
  }

  /** Ends the comparison, since models of other data cannot be compared. */
  close(): void {
    for (const member of this.#members) member.close();
    this.#members = [];
    this.#show();
  }

  readonly #memberLinks: MemberLinks = {
    count: () => this.#members.length + 1,
    training: () => this.links.first().progress.training,
    changed: () => this.#show(),
    remove: (member) => {
      const { compared } = this.links.first().settings;
      this.links.change({ compared: compared.filter((_, i) => this.#members[i] !== member) });
    },
    trouble: (error) => this.links.trouble(error),
  };

  get #chosen(): Compared {
    const preset = this.#choice.value;
    const beta = this.#beta.valueAsNumber;
    const weighs = presets[preset].parts.codeKind === 'gaussian' && this.#beta.checkValidity() && beta !== 1;
    return weighs ? { preset, beta } : { preset };
  }

  /** Shows the choice of β only for models with a Gaussian code. */
  #offerBeta(): void {
    this.#beta.closest('label')!.hidden = presets[this.#choice.value].parts.codeKind !== 'gaussian';
  }

  #add(compared: Compared): void {
    this.links.change({ compared: [...this.links.first().settings.compared, compared] });
  }

  #show(): void {
    byId('compared-board').hidden = !this.#members.length;
    this.links.beside(
      this.#members.map(({ settings, history }) => ({ name: nameOfModel(settings), settings, history })),
    );
    this.#tell();
  }

  #writeFigures(): void {
    const { opened, settings, ...first } = this.links.first();
    if (!opened || !this.#members.length) return;
    const others = this.#members.flatMap(({ opened: its, progress, history, verdict, settings: own }, i): Standing[] =>
      its && progress
        ? [
            {
              of: i + 1,
              settings: own,
              opened: its,
              progress,
              history,
              verdict,
              scale: scaleOf(own, settings, opened.data),
            },
          ]
        : [],
    );
    byId('compared-figures').replaceChildren(
      figuresTable([{ ...first, of: 0, settings, opened, scale: 1 }, ...others]),
    );
  }

  /** Copies the address, which contains the settings of all models. */
  async #copyLink(): Promise<void> {
    const said = await navigator.clipboard.writeText(location.href).then(
      () => 'The link with the settings of all these models is in your clipboard.',
      // Without permission for the clipboard, the address bar shows the link.
      () => 'This browser cannot copy: the link is in the address bar.',
    );
    writeText(byId('compared-said'), said);
  }
}
