import uPlot from 'uplot';
import { logAxis } from '../../pictures/axis.ts';
import { byId, figure, h, writeFigures, writeText } from '../dom.ts';
import { emptyHistory } from '../history.ts';
import { onTheme, styled } from '../look.ts';
import type { ExampleShape } from '../shapes.ts';
import type { History, Verdict, Yardsticks } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { lossKinds, type Judged, type LossKind, type Reference } from './lossKinds.ts';
import {
  aboutSecond,
  later,
  linesOf,
  partsToCompare,
  partWords,
  rangeOf,
  scaleOf,
  valuesOf,
  type Line,
  type LossPart,
  type Second,
} from './lossLines.ts';
import { fallen, tableFor } from './lossTable.ts';

/** The loss of training and of examples held out, and what they are worth beside others: yardsticks, and a second model. */
export class LossView {
  readonly #place = byId('loss');
  #chart: uPlot | undefined;
  /** of the losses in sight, and the last epoch */
  #range: [number, number] = [0.1, 1];
  #end = 1;
  #settings: Settings | undefined;
  #examples: ExampleShape = { kind: 'image', shape: [28, 28, 1] };
  #second: Second | undefined;
  /** what of two models' losses is drawn */
  #part: LossPart = 'loss';
  #lines: Line[] = [];
  #verdict: Verdict | undefined;
  #yardsticks: Yardsticks | undefined;
  #drawnAt = 0;
  #history: History | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    new ResizeObserver(() => this.#chart?.setSize(this.#size())).observe(this.#place);
    onTheme(() => this.#rebuild());
    byId('loss-table')
      .closest('details')!
      .addEventListener('toggle', () => this.#history && this.#draw(this.#history));
    byId('loss-part').addEventListener('change', ({ target }) => {
      this.#part = (target as HTMLSelectElement).value as LossPart;
      this.#rebuild();
    });
  }

  open(settings: Settings, examples: ExampleShape): void {
    this.#settings = settings;
    this.#examples = examples;
    this.#history = undefined;
    this.#verdict = this.#yardsticks = undefined;
    this.#offerParts();
    this.#write();
  }

  /** A second model's losses on the same axes, or no longer. */
  beside(second: Second | undefined): void {
    const another = second?.settings !== this.#second?.settings;
    this.#second = second;
    if (another) this.#offerParts();
    else this.show(this.#history ?? emptyHistory());
  }

  /** At most a few times a second: it is a picture, not a clock. */
  show(history: History): void {
    this.#history = history;
    clearTimeout(this.#later);
    const wait = 200 - (performance.now() - this.#drawnAt);
    if (wait > 0) this.#later = setTimeout(() => this.show(history), wait);
    else this.#draw(history);
  }

  judge(verdict: Verdict): void {
    this.#verdict = verdict;
    this.#write();
  }

  compare(yardsticks: Yardsticks): void {
    this.#yardsticks = yardsticks;
    if (this.#history) this.show(this.#history);
    this.#write();
  }

  get #kind(): LossKind {
    return lossKinds[this.#settings!.model];
  }

  get #judged(): Judged {
    return {
      settings: this.#settings!,
      examples: this.#examples,
      verdict: this.#verdict,
      yardsticks: this.#yardsticks,
    };
  }

  /** What the second model's losses are multiplied by. */
  get #scale(): number {
    return this.#second ? scaleOf(this.#second.settings, this.#settings!, this.#examples) : 1;
  }

  #draw(history: History): void {
    this.#drawnAt = performance.now();
    const both = { first: history, second: this.#second?.history ?? emptyHistory() };
    const values = this.#lines.map((line) => valuesOf(line, both[line.of], line.of === 'second' ? this.#scale : 1));
    this.#range = rangeOf(
      this.#lines.map(({ of, scale }, i) => (scale === 'y' ? later(values[i], both[of]) : [])),
      this.#shownReferences.map(({ value }) => value),
    );
    this.#end = Math.max(1, ...values.map(([x]) => x.at(-1) ?? 0));
    this.#chart?.setData(uPlot.join(values.map(([x, y]): uPlot.AlignedData => (x.length ? [x, y] : [[0], [null]]))));
    this.#describe(both.first, this.#second && both.second);
  }

  /** They are about reconstructions. */
  get #shownReferences(): Reference[] {
    const apart = this.#second && this.#part !== 'loss' && this.#part !== 'reconstruction';
    return apart ? [] : this.#kind.references(this.#judged);
  }

  /** Which parts there are to choose from depends on both models. */
  #offerParts(): void {
    const first = this.#settings;
    const second = this.#second;
    if (!first) return;
    const parts = second ? partsToCompare(first, second.settings) : [];
    if (!parts.includes(this.#part)) this.#part = 'loss';
    byId('loss-part').replaceChildren(
      ...parts.map((value) => h('option', { value, selected: value === this.#part }, partWords[value])),
    );
    byId('loss-part-choice').hidden = parts.length < 2;
    byId('loss-second').hidden = !second;
    writeText(byId('loss-second'), second ? aboutSecond(second, first, this.#examples) : '');
    this.#rebuild();
  }

  #rebuild(): void {
    this.#chart?.destroy();
    if (!this.#settings) return;
    this.#lines = linesOf(this.#settings, this.#second?.settings, this.#part);
    const apart = this.#lines.some(({ scale }) => scale === 'part');
    const axis = {
      stroke: styled('muted'),
      grid: { stroke: styled('line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
    };
    const series = this.#lines.map(({ name = 'step', scale, color, faint, dash, points }): uPlot.Series => ({
      label: name,
      scale,
      stroke: faint ? `color-mix(in srgb, ${styled(color)} 35%, transparent)` : styled(color),
      width: faint ? 1 : scale === 'y' ? 2 : 1.5,
      dash,
      spanGaps: true,
      // A dot for each epoch, as long as there is room for them.
      points: points === 'epochs' && scale === 'y' ? { size: 4 } : { show: false },
    }));
    this.#chart = new uPlot(
      {
        ...this.#size(),
        cursor: { y: false, points: { size: 6 } },
        legend: { show: false },
        scales: {
          x: { time: false, range: () => [0, this.#end] },
          y: { distr: 3, range: () => this.#range },
          // A divergence or a penalty is of another size: it has an axis of its own.
          part: { range: (_, __, max) => [0, 1.15 * (max || 1)] },
        },
        axes: [
          { ...axis, label: 'epochs', labelSize: 18, labelFont: '12px system-ui', size: 30 },
          {
            ...axis,
            size: 52,
            splits: () => logAxis(...this.#range, 0, 1, 4).ticks,
            filter: (_, ticks) => ticks,
            values: (_, ticks) => ticks.map((tick) => tick.toLocaleString('en', { maximumSignificantDigits: 4 })),
          },
          {
            ...axis,
            scale: 'part',
            side: 1,
            size: apart ? 56 : 12,
            grid: { show: false },
            values: (_, ticks) => ticks.map((tick) => (apart ? String(Number(tick.toPrecision(2))) : '')),
          },
        ],
        series: [{}, ...series],
        hooks: { draw: [(chart) => this.#drawReferences(chart)] },
      },
      [[0], ...series.map(() => [null])],
      this.#place,
    );
    byId('loss-legend').replaceChildren(
      ...this.#lines.flatMap(({ name, className }) => (name ? [h('li', { className }, name)] : [])),
    );
    if (this.#history) this.#draw(this.#history);
  }

  #drawReferences(chart: uPlot): void {
    const { ctx: context, bbox } = chart;
    const density = devicePixelRatio;
    context.save();
    context.font = `${11 * density}px system-ui`;
    context.fillStyle = context.strokeStyle = styled('muted');
    context.textBaseline = 'bottom';
    context.setLineDash([5 * density, 4 * density]);
    for (const { name, value } of this.#shownReferences) {
      const y = chart.valToPos(value, 'y', true);
      context.beginPath();
      context.moveTo(bbox.left, y);
      context.lineTo(bbox.left + bbox.width, y);
      context.stroke();
      context.textAlign = 'right';
      context.fillText(`${name} ${figure(value)}`, bbox.left + bbox.width - 2, y - 2 * density);
    }
    context.restore();
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(200, this.#place.clientWidth), height: 210 };
  }

  #write(): void {
    writeFigures(byId('verdict'), this.#kind.figures(this.#judged));
  }

  #describe(first: History, second: History | undefined): void {
    const others = second
      ? ` ${fallen('The second model’s loss', second, this.#scale) ?? 'The second model has not been trained yet.'}`
      : '';
    writeText(byId('loss-caption'), `${this.#kind.told(first) ?? 'Nothing has been trained yet.'}${others}`);
    if (!byId('loss-table').closest('details')?.open) return;
    byId('loss-table').replaceChildren(
      ...tableFor(first, 1, second && 'First model', this.#kind.name),
      ...(second ? tableFor(second, this.#scale, 'Second model, as in the chart', 'loss') : []),
    );
  }
}
