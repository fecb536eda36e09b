/** The view of tables: a file comes in, is understood and learned at once, and its strange rows or times are shown. */
import { byId, h, writeText } from '../dom.ts';
import { hideNotice, showNotice } from '../notice.ts';
import { mostBlanks, showBlanks } from './blanks.ts';
import { defaultChoices, needsReading, type Choices } from './choices.ts';
import { exampleNames, examples, type ExampleName } from './examples.ts';
import { fromTableHash, toTableHash } from './link.ts';
import { RowMapView } from './map.ts';
import type { NotRead, Source, Trained, TrainingProgress, Understood } from './protocol.ts';
import { SeriesView } from './seriesView.ts';
import { Session } from './session.ts';
import { Strangest } from './strangest.ts';
import './tables.css';
import html from './tables.html?raw';
import { TakeAway } from './takeAway.ts';
import { UnderstoodPanel } from './understood.ts';
import { counted, duration, plainly, whole } from './words.ts';

const results = ['t-strange', 't-series', 't-take', 't-map', 't-blanks'];

export class Tables {
  #source: Source | undefined;
  /** The name of the file that a link is about, which only the visitor has. */
  #awaited: string | undefined;
  #choices: Choices = defaultChoices;
  #session: Session | undefined;
  readonly #strangest: Strangest;
  readonly #series: SeriesView;
  readonly #map: RowMapView;
  readonly #understood: UnderstoodPanel;

  constructor() {
    byId('tables').innerHTML = html;
    this.#strangest = new Strangest({
      ranked: (from, to) => this.#open.ranked(from, to),
      share: (share) => this.#change({ share }),
      chosen: (row) => this.#map.choose(row),
    });
    this.#series = new SeriesView((share) => this.#change({ share }));
    this.#map = new RowMapView({
      values: (column) => this.#open.values(column),
      color: (color) => this.#change({ color }),
      chosen: (row) => this.#strangest.choose(row, true),
    });
    this.#understood = new UnderstoodPanel((changed) => this.#change(changed));
    new TakeAway(
      (kind) => this.#open.file(kind, this.#isSeries ? this.#series.limit : this.#strangest.count),
      (error) => this.#trouble(error),
    );
    this.#listen();
  }

  /** Shows a file of the visitor's, or an example. */
  open(source: Source): void {
    const name = fileName(source);
    // A link remembers the choices for a file, which is opened now.
    if (name !== this.#awaited) this.#choices = defaultChoices;
    if (source === 'building' && name !== this.#awaited) this.#choices = { ...this.#choices, view: 'series' };
    this.#awaited = undefined;
    this.#source = source;
    void this.#run();
  }

  /** Shows what a link leads to. */
  follow(hash: string): void {
    const { source, name, choices, unknown } = fromTableHash(hash);
    this.#choices = choices;
    if (source === 'own') {
      this.#awaited = name;
      writeText(byId('t-name'), name ?? 'No file yet');
      this.#say(
        name === undefined
          ? 'Choose a file, or drop one anywhere on this page.'
          : `The choices for ${name} are remembered, the file is not: it never leaves your machine. Choose it again, or drop it here.`,
      );
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
    byId('t-stop').addEventListener('click', () => this.#session?.stop());
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

  /** From the file to what is strange in it. Another run ends this one. */
  async #run(): Promise<void> {
    this.#session?.close();
    const session = new Session((error) => this.#trouble(error));
    this.#session = session;
    const source = this.#source!;
    this.#begin(source);
    try {
      const found = await session.read(source, this.#choices, (rows) => this.#say(`Reading: ${whole(rows)} rows …`));
      this.#understood.show(found, this.#choices);
      byId('t-understood').hidden = false;
      if (!isRead(found)) return this.#refuse(found);
      await this.#learn(session, found);
    } catch (error) {
      this.#trouble(error);
    }
  }

  #begin(source: Source): void {
    hideNotice();
    this.#remember();
    writeText(byId('t-name'), fileName(source));
    writeText(byId('t-about'), typeof source === 'string' ? examples[source].about : '');
    byId<HTMLSelectElement>('t-example').value = typeof source === 'string' ? source : '';
    for (const id of [...results, 't-refused']) byId(id).hidden = true;
    this.#say('Reading …');
    byId('t-progress').removeAttribute('value');
    byId('t-progress').hidden = false;
  }

  #refuse({ why }: NotRead): void {
    byId('t-progress').hidden = true;
    byId('t-refused').hidden = false;
    writeText(byId('t-why'), plainly(why));
    this.#say('Not read yet.');
  }

  async #learn(session: Session, found: Understood): Promise<void> {
    const hasTime = found.columns.some(({ kind, left }) => kind === 'time' && left !== 'as you chose');
    const view = hasTime ? this.#choices.view : 'rows';
    byId('tables').dataset.view = view;
    const views = byId('t-views');
    views.hidden = !hasTime;
    views.querySelector<HTMLInputElement>(`[value=${view}]`)!.checked = true;
    this.#say(`Opening the GPU for ${counted(found.rows, 'row')} …`);
    const hear = (progress: TrainingProgress) => this.#hear(progress);
    if (view === 'series') {
      const judged = await session.learnSeries(this.#choices, hear);
      byId('t-series').hidden = byId('t-take').hidden = false;
      this.#series.open(judged, this.#choices.share);
      writeText(byId('t-scores-about'), 'every step with its time and its score, and whether it is strange');
      this.#end(judged, 'The strange times are shaded.');
      return;
    }
    const judged = await session.learnRows(this.#choices, hear);
    byId('t-strange').hidden = byId('t-take').hidden = false;
    this.#strangest.open(judged, found.columns, this.#choices.share);
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
    this.#end(
      judged,
      hasTime || this.#choices.view === 'rows' ? '' : 'There is no column of times, so rows are looked at.',
    );
    showBlanks(judged.blanks ? await session.blanks(mostBlanks) : [], judged.blanks, found.columns);
    byId('t-blanks').hidden = byId('t-map').hidden = false;
    const scores = new Float32Array(judged.order.length);
    judged.order.forEach((row, i) => (scores[row] = judged.scores[i]));
    await this.#map.open(await session.map(), scores, found.columns, found.label?.name, this.#choices.color);
    this.#map.strange(this.#strangest.rows);
  }

  #hear({ step, steps, secondsLeft }: TrainingProgress): void {
    const bar = byId<HTMLProgressElement>('t-progress');
    bar.max = steps;
    bar.value = step;
    byId('t-stop').hidden = step >= steps;
    this.#say(
      step >= steps
        ? 'Looking for what is strange …'
        : `Learning what is usual: step ${whole(step)} of ${whole(steps)}, about ${duration(secondsLeft)} left`,
    );
  }

  #end({ seconds, stopped, adapter }: Trained, more: string): void {
    byId('t-progress').hidden = byId('t-stop').hidden = true;
    const where = adapter.software ? 'WebGPU runs on the processor here' : `on ${adapter.name}`;
    const how = `${stopped ? 'until you stopped it after' : 'in'} ${duration(seconds)}, ${where}`;
    writeText(byId('t-trained'), `Learned ${how}.`);
    this.#say(`Learned ${how}. ${more}`);
  }

  #say(text: string): void {
    writeText(byId('t-state'), text);
  }

  #trouble(error: unknown): void {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    byId('t-progress').hidden = byId('t-stop').hidden = true;
    this.#say('Something went wrong; what it was is written above.');
    showNotice(name === 'Error' ? '' : `${name}: `, message, { text: 'Try again', press: () => void this.#run() });
  }
}

const isRead = (found: Understood | NotRead): found is Understood => 'rows' in found;

const fileName = (source: Source): string => (typeof source === 'string' ? examples[source].file : source.name);
