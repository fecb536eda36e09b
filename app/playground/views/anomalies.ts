import uPlot from 'uplot';
import { rocAuc, rocCurve, threshold } from '../../../src/index.ts';
import { byId, download, figure, h, writeText } from '../dom.ts';
import { styled } from '../look.ts';
import type { Answer, Ask, Opened, RequestName } from '../protocol.ts';
import { paintTiles } from './tiles.ts';

type AskWorker = <K extends RequestName>(
  name: K,
  ...ask: Ask<K> extends undefined ? [] : [Ask<K>]
) => Promise<Answer<K> | undefined>;

const bins = 60;
const strangestCount = 12;

/** The anomaly bench: reconstruction errors, a threshold, how well it separates a class, and which column is to blame. */
export class Anomalies {
  #set: Opened['data'] | undefined;
  #scores: Float32Array | undefined;
  #limit = Infinity;
  #charts: uPlot[] = [];
  readonly #without = byId<HTMLInputElement>('without');

  /** `leaveOut`: a class that a new model is not to be trained on, or -1. */
  constructor(
    private readonly ask: AskWorker,
    private readonly leaveOut: (without: number) => void,
  ) {
    byId('score').addEventListener('click', () => void this.#score());
    byId('contamination').addEventListener('input', () => this.#divide());
    byId('strange').addEventListener('change', () => {
      this.#drawRoc();
      if (this.#without.checked) this.leaveOut(this.#strange);
    });
    this.#without.addEventListener('change', () => this.leaveOut(this.#without.checked ? this.#strange : -1));
    byId('flagged').addEventListener('click', () => void this.#download());
  }

  open(set: Opened['data'], without: number): void {
    const strange = this.#strange;
    this.#set = set;
    this.#scores = undefined;
    this.#clear();
    const names = set.labels ? set.classes : [];
    byId('strange').replaceChildren(...names.map((name, i) => h('option', { value: `${i}` }, name)));
    byId<HTMLSelectElement>('strange').disabled = this.#without.disabled = names.length < 2;
    this.#without.checked = without >= 0;
    if (without >= 0) byId<HTMLSelectElement>('strange').value = `${without}`;
    else if (names[strange]) byId<HTMLSelectElement>('strange').value = `${strange}`;
    byId<HTMLButtonElement>('flagged').disabled = true;
    writeText(byId('roc-caption'), names.length < 2 ? 'Without classes there is no one to say who is strange.' : '');
    byId('charts').hidden = true;
    byId('strangest').replaceChildren();
  }

  get #strange(): number {
    return Number(byId<HTMLSelectElement>('strange').value);
  }

  async #score(): Promise<void> {
    const answer = await this.ask('scores');
    if (!answer) return;
    this.#scores = answer.scores;
    byId<HTMLButtonElement>('flagged').disabled = false;
    byId('charts').hidden = false;
    this.#divide();
    this.#drawRoc();
    await this.#showStrangest();
  }

  #divide(): void {
    const contamination = Number(byId<HTMLInputElement>('contamination').value);
    writeText(byId('contamination-value'), `${(100 * contamination).toFixed(1)} %`);
    if (!this.#scores) return;
    this.#limit = threshold(this.#scores, { contamination });
    const flagged = this.#scores.filter((score) => score > this.#limit).length;
    writeText(
      byId('histogram-caption'),
      `${flagged} of ${this.#scores.length.toLocaleString('en')} examples lie above the threshold of ${figure(this.#limit)}.`,
    );
    byId('histogram').setAttribute(
      'aria-label',
      `Histogram of errors: ${flagged} of ${this.#scores.length} above ${figure(this.#limit)}`,
    );
    this.#drawHistogram(this.#scores);
  }

  #drawHistogram(scores: Float32Array): void {
    const sorted = scores.slice().sort();
    const most = sorted[Math.floor(0.999 * (sorted.length - 1))] || 1;
    const counts = new Array<number>(bins).fill(0);
    for (const score of scores) counts[Math.min(bins - 1, Math.floor((score / most) * bins))]++;
    const middles = counts.map((_, i) => ((i + 0.5) / bins) * most);
    const above = counts.map((count, i) => (middles[i] > this.#limit ? count : null));
    const bars = uPlot.paths.bars!({ size: [0.9] });
    this.#draw(
      0,
      'histogram',
      [middles, counts, above],
      [
        {},
        { fill: styled('accent'), stroke: styled('accent'), paths: bars, points: { show: false } },
        { fill: styled('second'), stroke: styled('second'), paths: bars, points: { show: false } },
      ],
      ['error', 'examples'],
    );
  }

  #drawRoc(): void {
    const labels = this.#set?.labels;
    const strange = this.#strange;
    if (!this.#scores || !labels || this.#set!.classes.length < 2) return;
    const isStrange = Array.from(labels, (label) => label === strange);
    const { fpr, tpr } = rocCurve(this.#scores, isStrange);
    const stride = Math.max(1, Math.floor(fpr.length / 400));
    const kept = [...fpr.keys()].filter((i) => i % stride === 0 || i === fpr.length - 1);
    const area = rocAuc(this.#scores, isStrange);
    this.#draw(
      1,
      'roc',
      [kept.map((i) => fpr[i]), kept.map((i) => tpr[i]), kept.map((i) => fpr[i])],
      [
        {},
        { stroke: styled('accent'), width: 2, points: { show: false } },
        { stroke: styled('muted'), width: 1, dash: [4, 4], points: { show: false } },
      ],
      ['false positives', 'true positives'],
    );
    const text = `If class ${this.#set!.classes[strange]} is the strange one: area under the curve ${area.toFixed(3)}; 0.5 is guessing.`;
    writeText(byId('roc-caption'), text);
    byId('roc').setAttribute('aria-label', text);
  }

  #draw(slot: number, id: string, data: uPlot.AlignedData, series: uPlot.Series[], names: [string, string]): void {
    this.#charts[slot]?.destroy();
    const axis = {
      stroke: styled('muted'),
      grid: { stroke: styled('line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
      labelFont: '12px system-ui',
      labelSize: 18,
    };
    const place = byId(id);
    this.#charts[slot] = new uPlot(
      {
        width: Math.max(200, place.clientWidth),
        height: 200,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false } },
        axes: [
          { ...axis, label: names[0], size: 30 },
          { ...axis, label: names[1], size: 44 },
        ],
        series,
      },
      data,
      place,
    );
  }

  #clear(): void {
    for (const chart of this.#charts) chart?.destroy();
    this.#charts = [];
  }

  #ranked(): number[] {
    const scores = this.#scores!;
    return [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
  }

  async #showStrangest(): Promise<void> {
    const rows = this.#ranked().slice(0, strangestCount);
    const values = await this.ask('rows', rows);
    if (!values || !this.#set) return;
    const canvas = h('canvas', { role: 'img', 'aria-label': 'The examples with the largest errors' });
    const blamed = this.#set.kind === 'table' ? await this.#blame(rows[0]) : [];
    byId('strangest').replaceChildren(
      h('p', {}, 'The strangest of all:'),
      canvas,
      ...blamed.map((text) => h('p', {}, text)),
    );
    paintTiles(canvas, this.#set, values, rows.length);
  }

  /** Which columns the error of a row comes from. */
  async #blame(row: number): Promise<string[]> {
    const answer = await this.ask('blame', row);
    const columns = this.#set?.columns;
    if (!answer || !columns) return [];
    const { errors, values, reconstruction } = answer;
    const total = errors.reduce((sum, error) => sum + error, 0);
    const order = [...errors.keys()].sort((a, b) => errors[b] - errors[a]).slice(0, 3);
    return order.map(
      (i) =>
        `${columns[i]}: ${figure(values[i])}, expected about ${figure(reconstruction[i])} (${Math.round((100 * errors[i]) / total)} % of the first one’s error)`,
    );
  }

  async #download(): Promise<void> {
    const scores = this.#scores!;
    const rows = this.#ranked().filter((row) => scores[row] > this.#limit);
    const values = await this.ask('rows', rows);
    if (!values || !this.#set) return;
    const { columns, labels, classes, shape } = this.#set;
    const features = shape.reduce((product, n) => product * n, 1);
    const names = columns ?? Array.from({ length: features }, (_, i) => `pixel ${i}`);
    const head = ['row', 'error', ...(labels ? ['class'] : []), ...names].map(quoted).join(',');
    const lines = rows.map((row, i) =>
      [
        row,
        scores[row],
        ...(labels ? [quoted(classes[labels[row]])] : []),
        ...values.subarray(i * features, (i + 1) * features),
      ].join(','),
    );
    download('flagged.csv', [head, ...lines].join('\n'), 'text/csv');
  }
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
