/** The view of tables. It reads a file, trains a model at once, and shows the anomalous rows or times. */
import { byId, h, writeText } from '../dom.ts';
import { showNotice } from '../notice.ts';
import { picturesAre } from '../picture/save.ts';
import { Bar } from './bar.ts';
import { mostBlanks, showBlanks } from './blanks.ts';
import { defaultChoices, needsReading, type Choices } from './choices.ts';
import { exampleNames, examples, type ExampleName } from './examples.ts';
import { fromTableHash, toTableHash } from './link.ts';
import { RowMapView } from './map.ts';
import { fileName, type NotRead, type Source, type Understood } from './protocol.ts';
import { SeriesView } from './seriesView.ts';
import { Session } from './session.ts';
import { Strangest } from './strangest.ts';
import './tables.css';
import html from './tables.html?raw';
import { TakeAway } from './takeAway.ts';
import { UnderstoodPanel } from './understood.ts';
import { counted, plainly, whole } from './words.ts';

const results = ['t-strange', 't-series', 't-take', 't-map', 't-blanks'];

export class Tables {
  #source: Source | undefined;
  /** The name of the file in a link, which only the visitor has. */
  #awaited: string | undefined;
  #choices: Choices = defaultChoices;
  #session: Session | undefined;
  readonly #bar: Bar;
  readonly #strangest: Strangest;
  readonly #series: SeriesView;
  readonly #map: RowMapView;
  readonly #understood: UnderstoodPanel;

  constructor() {
    byId('tables').innerHTML = html;
    byId('tables').hidden = false;
    this.#bar = new Bar(() => this.#session?.stop());
    this.#strangest = new Strangest({
      ranked: (from, to) => this.#open.ranked(from, to),
      share: (share) => this.#change({ share }),
      chosen: (row) => this.#map.choose(row),
      trouble: (error) => this.#trouble(error),
    });
    this.#series = new SeriesView((share) => this.#change({ share }));
    this.#map = new RowMapView({
      values: (column) => this.#open.values(column),
      color: (color) => this.#change({ color }),
      chosen: (row) => this.#strangest.choose(row, true),
      trouble: (error) => this.#trouble(error),
    });
    this.#understood = new UnderstoodPanel((changed) => this.#change(changed));
    new TakeAway(
      (kind) => this.#open.file(kind, this.#isSeries ? this.#series.limit : this.#strangest.count),
      (error) => this.#trouble(error),
    );
    picturesAre(() => {
      const title = fileName(this.#source!);
      return { title, model: title.replace(/\.[^.]*$/, ''), seed: this.#choices.seed };
    });
    this.#listen();
  }

  /** Shows a visitor's own file, or an example. */
  open(source: Source): void {
    const name = fileName(source);
    // Choices from a link are kept only for the file that the link names.
    if (name !== this.#awaited) this.#choices = defaultChoices;
    if (source === 'building' && name !== this.#awaited) this.#choices = { ...this.#choices, view: 'series' };
    this.#awaited = undefined;
    this.#source = source;
    void this.#run();
  }

  /** Shows the file of a link, with its choices. */
  follow(hash: string): void {
    const { source, name, choices, unknown } = fromTableHash(hash);
    this.#choices = choices;
    if (source === 'own') {
      this.#awaited = name;
      this.#bar.await(name);
    } else {
      this.#awaited = examples[source].file;
      this.open(source);
    }
    if (unknown.length)
      showNotice('', `Parts of this link are not understood and were left out: ${unknown.join(', ')}.`);
  }

  #listen(): void {
    const files = byId<HTMLInputElement>('t-file');
    files.addEventListener('change', () => {
      const [file] = files.files ?? [];
      files.value = '';
      if (file) this.open(file);
    });
    const choice = byId<HTMLSelectElement>('t-example');
    choice.append(
      h('option', { value: '' }, 'or an example …'),
      ...exampleNames.map((name) => h('option', { value: name }, examples[name].title)),
    );
    choice.addEventListener('change', () => choice.value && this.open(choice.value as ExampleName));
    byId('t-views').addEventListener('change', ({ target }) =>
      this.#change({ view: (target as HTMLInputElement).value as Choices['view'] }),
    );
  }

  get #open(): Session {
    if (!this.#session) throw new Error('no file is open');
    return this.#session;
  }

  get #isSeries(): boolean {
    return byId('tables').dataset.view === 'series';
  }

  #change(changed: Partial<Choices>): void {
    const before = this.#choices;
    this.#choices = { ...before, ...changed };
    this.#remember();
    if ('share' in changed) this.#map.strange(this.#strangest.rows);
    if (this.#source !== undefined && needsReading(before, this.#choices)) void this.#run();
  }

  #remember(): void {
    const source = typeof this.#source === 'string' ? this.#source : 'own';
    const name = this.#source === undefined ? this.#awaited : fileName(this.#source);
    history.replaceState(null, '', `#${toTableHash({ source, name, choices: this.#choices })}`);
  }

  /** Reads the file, trains, and shows the anomalies. Another run ends this one. */
  async #run(): Promise<void> {
    this.#session?.close();
    const session = new Session((error) => this.#trouble(error));
    this.#session = session;
    const source = this.#source!;
    this.#bar.begin(source);
    this.#remember();
    for (const id of [...results, 't-refused', 't-views']) byId(id).hidden = true;
    try {
      const found = await session.read(source, this.#choices, (rows) =>
        this.#bar.say(`Reading: ${whole(rows)} rows …`),
      );
      this.#understood.show(found, this.#choices);
      byId('t-understood').hidden = false;
      if (!isRead(found)) return this.#refuse(found);
      await this.#learn(session, found);
    } catch (error) {
      this.#trouble(error);
    }
  }

  #refuse({ why }: NotRead): void {
    byId('t-refused').hidden = false;
    writeText(byId('t-why'), plainly(why));
    this.#bar.end('Not read yet.');
  }

  #trouble(error: unknown): void {
    this.#bar.trouble(error, () => void this.#run());
  }

  async #learn(session: Session, found: Understood): Promise<void> {
    const kinds = found.columns.filter(({ left }) => left !== 'as you chose').map(({ kind }) => kind);
    const canBeSeries = kinds.includes('time') && kinds.includes('number');
    const view = canBeSeries ? this.#choices.view : 'rows';
    byId('tables').dataset.view = view;
    const views = byId('t-views');
    views.hidden = !canBeSeries;
    views.querySelector<HTMLInputElement>(`[value=${view}]`)!.checked = true;
    this.#bar.say(`Opening the GPU for ${counted(found.rows, 'row')} …`);
    if (view === 'series') return this.#learnSeries(session);
    return this.#learnRows(
      session,
      found,
      view === this.#choices.view ? '' : 'A series needs a column of times and one of numbers, so the rows are judged.',
    );
  }

  async #learnSeries(session: Session): Promise<void> {
    const judged = await session.learnSeries(this.#choices, (progress) => this.#bar.hear(progress));
    byId('t-series').hidden = byId('t-take').hidden = false;
    this.#series.open(judged, this.#choices.share);
    writeText(byId('t-scores-about'), 'every step with its time and its score, and whether it is strange');
    this.#bar.learned(judged, 'The strange times are shaded.');
  }

  async #learnRows(session: Session, { columns, label }: Understood, more: string): Promise<void> {
    const judged = await session.learnRows(this.#choices, (progress) => this.#bar.hear(progress));
    byId('t-strange').hidden = byId('t-take').hidden = false;
    this.#strangest.open(judged, columns, this.#choices.share);
    writeText(
      byId('t-scores-about'),
      'all rows with their columns, the strangest first, those called strange with the column to blame, the value found and the value expected',
    );
    writeText(
      byId('t-filled-about'),
      judged.blanks
        ? `the file with ${counted(judged.blanks, 'blank')} filled in`
        : 'the file; it has no blanks to fill in',
    );
    this.#bar.learned(judged, more);
    showBlanks(judged.blanks ? await session.blanks(mostBlanks) : [], judged.blanks, columns);
    byId('t-blanks').hidden = byId('t-map').hidden = false;
    const scores = new Float32Array(judged.order.length);
    judged.order.forEach((row, i) => (scores[row] = judged.scores[i]));
    await this.#map.open(await session.map(), scores, columns, label?.name, this.#choices.color);
    this.#map.strange(this.#strangest.rows);
  }
}

const isRead = (found: Understood | NotRead): found is Understood => 'rows' in found;
