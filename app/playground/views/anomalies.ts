import { threshold } from '../../../src/index.ts';
import { byId, download, h, writeText } from '../dom.ts';
import { flaggedCsv } from '../flagged.ts';
import { coalesced } from '../pacing.ts';
import type { Answer, Ask, Opened, RequestName } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { ErrorCharts } from './errorCharts.ts';
import { mostShown, showStrangest } from './strangest.ts';

export interface AnomalyLinks {
  ask<K extends RequestName>(name: K, ...ask: Ask<K> extends undefined ? [] : [Ask<K>]): Promise<Answer<K> | undefined>;
  /** Called with the settings that the visitor has changed. */
  change(settings: Partial<Pick<Settings, 'without' | 'contamination' | 'strange'>>): void;
}

/** The view of anomalies: reconstruction errors, a threshold, and how well the errors separate one class. */
export class Anomalies {
  #set: Opened['data'] | undefined;
  #scores: Float32Array | undefined;
  readonly #charts = new ErrorCharts();
  readonly #contamination = byId<HTMLInputElement>('contamination');
  readonly #strangeChoice = byId<HTMLSelectElement>('strange');
  readonly #without = byId<HTMLInputElement>('without');
  readonly #explain = coalesced(() => this.#showStrangest());

  constructor(private readonly links: AnomalyLinks) {
    byId('score').addEventListener('click', () => void this.#score());
    this.#contamination.addEventListener('input', () => this.#divide());
    this.#contamination.addEventListener('change', () =>
      links.change({ contamination: Number(this.#contamination.value) }),
    );
    this.#strangeChoice.addEventListener('change', () => {
      this.#drawRoc();
      const strange = this.#strange;
      links.change(this.#without.checked ? { strange, without: strange } : { strange });
    });
    this.#without.addEventListener('change', () =>
      links.change({ without: this.#without.checked ? this.#strange : -1 }),
    );
    byId('flagged').addEventListener('click', () => void this.#download());
  }

  open(set: Opened['data'], { without, contamination, strange }: Settings): void {
    this.#set = set;
    this.#scores = undefined;
    this.#charts.clear();
    const names = set.labels ? set.classes : [];
    this.#strangeChoice.replaceChildren(...names.map((name, i) => h('option', { value: `${i}` }, name)));
    this.#strangeChoice.disabled = this.#without.disabled = names.length < 2;
    this.#without.checked = without >= 0;
    const chosen = without >= 0 ? without : strange;
    if (names[chosen] !== undefined) this.#strangeChoice.value = `${chosen}`;
    this.#contamination.value = `${contamination}`;
    this.#divide();
    byId<HTMLButtonElement>('flagged').disabled = true;
    writeText(
      byId('roc-caption'),
      names.length < 2 ? 'Without classes it is not known which examples are strange.' : '',
    );
    byId('strangest').replaceChildren();
    writeText(byId('scored'), '');
  }

  get #strange(): number {
    return Number(this.#strangeChoice.value);
  }

  async #score(): Promise<void> {
    const answer = await this.links.ask('scores');
    if (!answer) return;
    this.#scores = answer.scores;
    writeText(byId('scored'), `Scored after ${answer.steps.toLocaleString('en')} steps of training.`);
    byId<HTMLButtonElement>('flagged').disabled = false;
    this.#divide();
    this.#drawRoc();
  }

  #divide(): void {
    writeText(byId('contamination-value'), `${(100 * Number(this.#contamination.value)).toFixed(1)} %`);
    if (!this.#scores) return;
    this.#charts.divide(this.#scores, this.#limit(this.#scores), this.#flagged(this.#scores).length);
    this.#explain();
  }

  #limit(scores: Float32Array): number {
    return threshold(scores, { contamination: Number(this.#contamination.value) });
  }

  /** Returns the examples above the threshold, the largest error first. */
  #flagged(scores: Float32Array): number[] {
    const limit = this.#limit(scores);
    return [...scores.keys()].filter((i) => scores[i] > limit).sort((a, b) => scores[b] - scores[a]);
  }

  #drawRoc(): void {
    const { labels, classes = [] } = this.#set ?? {};
    if (!this.#scores || !labels || classes.length < 2) return;
    this.#charts.judge(this.#scores, labels, this.#strange, classes[this.#strange]);
  }

  async #showStrangest(): Promise<void> {
    const [set, scores] = [this.#set, this.#scores];
    if (!set || !scores) return;
    const flagged = this.#flagged(scores);
    const examples = flagged.slice(0, mostShown);
    const values = await this.links.ask('rows', examples);
    // Another model may have been opened meanwhile.
    if (!values || scores !== this.#scores) return;
    showStrangest(set, examples, flagged.length, scores, values);
  }

  async #download(): Promise<void> {
    const [set, scores] = [this.#set!, this.#scores!];
    const examples = this.#flagged(scores);
    const pixels = await this.links.ask('rows', examples);
    if (pixels) download('flagged.csv', flaggedCsv(set, examples, scores, pixels), 'text/csv');
  }
}
