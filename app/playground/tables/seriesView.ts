/** The view of a series: its values, the score of each step, and the anomalous intervals. */
import type { Interval } from '../../../src/index.ts';
import { strangeIn } from '../../series/learn.ts';
import { valueWords } from '../../table/words.mjs';
import { byId, figure, h, readPower, tableOf, writeText } from '../dom.ts';
import type { JudgedSeries } from './protocol.ts';
import { TwoLines } from './twoLines.ts';
import { counted, percent, whole } from './words.ts';

/** The most intervals in the table, those with the highest scores; the file has every step. */
const mostStretches = 100;

export class SeriesView {
  readonly #share = byId<HTMLInputElement>('t-step-share');
  readonly #channel = byId<HTMLSelectElement>('t-channel');
  readonly #lines = new TwoLines(byId('t-line'), byId('t-score'));
  #series: JudgedSeries | undefined;
  #limit = Infinity;

  constructor(onShare: (share: number) => void) {
    this.#share.addEventListener('input', () => this.#divide());
    this.#share.addEventListener('change', () => onShare(this.#shareNow));
    this.#channel.addEventListener('change', () => this.#draw());
  }

  /** The score from which a step is anomalous. */
  get limit(): number {
    return this.#limit;
  }

  get #shareNow(): number {
    return readPower(this.#share);
  }

  open(series: JudgedSeries, share: number): void {
    this.#series = series;
    const { channels, left, blanks, scores, window, windows } = series;
    this.#share.value = `${Math.log10(share)}`;
    this.#channel.replaceChildren(...channels.map((name, i) => h('option', { value: `${i}` }, name)));
    const notes = [
      `${whole(scores.length)} steps of ${channels.join(', ')}, learned in ${counted(windows, 'window')} of ${counted(window, 'step')}. A step is a row: row 1 is the first one below the header.`,
      ...(blanks ? [`${counted(blanks, 'blank')} passed over.`] : []),
      ...(left.length ? [`Left out, because a series needs numbers: ${left.join(', ')}.`] : []),
    ];
    writeText(byId('t-series-about'), notes.join(' '));
    this.#divide();
  }

  #divide(): void {
    if (!this.#series) return;
    const { scores, window } = this.#series;
    const { limit, found } = strangeIn(scores, window, this.#shareNow);
    this.#limit = limit;
    const text = `${percent(this.#shareNow)} of the steps: ${counted(found.length, 'stretch').replace('stretchs', 'stretches')}`;
    writeText(byId('t-step-share-value'), text);
    this.#share.setAttribute('aria-valuetext', text);
    this.#draw(found);
    this.#list(found);
  }

  #draw(found?: Interval[]): void {
    if (!this.#series) return;
    const { values, channels, scores, times } = this.#series;
    const channel = Number(this.#channel.value);
    const stretches = found ?? strangeIn(scores, this.#series.window, this.#shareNow).found;
    this.#lines.draw({
      values: values[channel],
      name: channels[channel],
      scores,
      limit: this.#limit,
      found: stretches,
      times,
    });
  }

  #list(found: Interval[]): void {
    const { channels } = this.#series!;
    const strangest = [...found].sort((a, b) => b.peak - a.peak).slice(0, mostStretches);
    const table = tableOf(
      ['rows', 'from', 'to', 'times the limit', ...(channels.length > 1 ? ['most in'] : [])],
      strangest.map(({ from, to, peak }) => [
        '',
        this.#moment(from),
        this.#moment(to - 1),
        figure(peak / this.#limit, 2),
        ...(channels.length > 1 ? [this.#blamed(from, to)] : []),
      ]),
    );
    [...table.querySelectorAll('tbody th')].forEach((cell, i) => {
      const { from, to } = strangest[i];
      const rows = to - from === 1 ? whole(from + 1) : `${whole(from + 1)} … ${whole(to)}`;
      cell.append(h('button', { type: 'button', onclick: () => this.#lines.show(from, to) }, rows));
    });
    byId('t-stretches').replaceChildren(table);
  }

  /** Returns the channel with the largest errors in an interval. */
  #blamed(from: number, to: number): string {
    const { perChannel, channels } = this.#series!;
    // A blank has no error.
    const sums = perChannel.map((errors) => errors.subarray(from, to).reduce((sum, error) => sum + (error || 0), 0));
    return channels[sums.indexOf(Math.max(...sums))];
  }

  #moment(step: number): string {
    const { times } = this.#series!;
    const time = times?.[step];
    return time === undefined || Number.isNaN(time)
      ? ''
      : valueWords(time, 'time')
          .replace('T', ' ')
          .replace(/(:00)?Z$/, '');
  }
}
