import { rocAuc, rocCurve } from '../../../src/index.ts';
import { byId, figure, writeText } from '../dom.ts';
import { Chart } from './chart.ts';

const bins = 60;

/** The distribution of the errors, and the ROC curve of one class against the others. */
export class ErrorCharts {
  readonly #histogram = new Chart(
    'histogram',
    ['error', 'examples'],
    [
      { color: 'accent', bars: true },
      { color: 'second', bars: true },
    ],
  );
  readonly #roc = new Chart(
    'roc',
    ['false positives', 'true positives'],
    [{ color: 'accent' }, { color: 'muted', dash: [4, 4] }],
  );

  clear(): void {
    this.#histogram.data = this.#roc.data = undefined;
    byId('charts').hidden = true;
  }

  divide(scores: Float32Array, limit: number, flagged: number): void {
    byId('charts').hidden = false;
    writeText(
      byId('histogram-caption'),
      `${flagged} of ${scores.length.toLocaleString('en')} examples lie above the threshold of ${figure(limit)}.`,
    );
    byId('histogram').setAttribute(
      'aria-label',
      `Histogram of errors: ${flagged} of ${scores.length} above ${figure(limit)}`,
    );
    const sorted = scores.slice().sort();
    const most = sorted[Math.floor(0.999 * (sorted.length - 1))] || 1;
    const counts = new Array<number>(bins).fill(0);
    for (const score of scores) counts[Math.min(bins - 1, Math.floor((score / most) * bins))]++;
    const middles = counts.map((_, i) => ((i + 0.5) / bins) * most);
    this.#histogram.data = [middles, counts, counts.map((count, i) => (middles[i] > limit ? count : null))];
  }

  judge(scores: Float32Array, labels: Int32Array, strange: number, name: string): void {
    const isStrange = Array.from(labels, (label) => label === strange);
    const { fpr, tpr } = rocCurve(scores, isStrange);
    const stride = Math.max(1, Math.floor(fpr.length / 400));
    const kept = [...fpr.keys()].filter((i) => i % stride === 0 || i === fpr.length - 1);
    this.#roc.data = [kept.map((i) => fpr[i]), kept.map((i) => tpr[i]), kept.map((i) => fpr[i])];
    const text = `If class ${name} is the strange one: area under the curve ${rocAuc(scores, isStrange).toFixed(3)}; 0.5 is guessing.`;
    writeText(byId('roc-caption'), text);
    byId('roc').setAttribute('aria-label', text);
  }
}
